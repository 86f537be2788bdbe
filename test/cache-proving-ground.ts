import type { Verdict } from '../harness/judge/verdict.ts'
import { readTarget } from '../harness/target/load.ts'
import type { CacheDefinition } from '../harness/target/token-cache.ts'
import type { HighTrustPolicies } from '../mocks/token-cache/high-trust-policies.ts'
import { honestHighTrust } from '../mocks/token-cache/high-trust-policies.ts'
import type { CachePolicies } from '../mocks/token-cache/policies.ts'
import { honestCache } from '../mocks/token-cache/policies.ts'
import { cacheChecks } from '../suites/token-cache/index.ts'
import { referenceCache } from '../targets/reference/token-cache.ts'
import type { Trial } from './judged.ts'
import { emptyInside, judged } from './judged.ts'

type Opens = Extract<CacheDefinition['attach'], { open: unknown }>['open']

/** A token cache on trial: the reference with these policies, or another way to open one. */
export type SuspectCache = {
  policies?: CachePolicies
  highTrust?: HighTrustPolicies
  open?: Opens
  profile?: NonNullable<CacheDefinition['profile']>
}

/** Judges a token cache in a universe of its own, by these checks one after the other. */
export const cacheVerdictsOn = (
  { policies = honestCache, highTrust = honestHighTrust, open, profile = {} }: SuspectCache,
  trial: Trial<'token-cache'>,
): Promise<Verdict[]> => {
  const definition: CacheDefinition = {
    ...referenceCache(policies, highTrust),
    profile,
    ...(open && {
      attach: {
        open: async (...given: Parameters<Opens>) => ({
          ...emptyInside,
          webCertificate: () => trial.keyring.ca.certificate,
          ...(await open(...given)),
        }),
      },
    }),
  }
  return judged(readTarget(definition, 'suspect'), { ...trial, chosen: trial.chosen ?? cacheChecks })
}
