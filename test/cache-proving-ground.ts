import type { Verdict } from '../harness/judge/verdict.ts'
import { readTarget } from '../harness/target/load.ts'
import type { CacheDefinition } from '../harness/target/token-cache.ts'
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
  open?: Opens
  profile?: NonNullable<CacheDefinition['profile']>
}

/** Judges a token cache in a universe of its own, by these checks one after the other. */
export const cacheVerdictsOn = (
  { policies = honestCache, open, profile = {} }: SuspectCache,
  trial: Trial<'token-cache'>,
): Promise<Verdict[]> => {
  const definition: CacheDefinition = {
    ...referenceCache(policies),
    profile,
    ...(open && {
      attach: { open: async (...given: Parameters<Opens>) => ({ ...emptyInside, ...(await open(...given)) }) },
    }),
  }
  return judged(readTarget(definition, 'suspect'), { ...trial, chosen: trial.chosen ?? cacheChecks })
}
