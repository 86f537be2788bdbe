import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { LawfulHighTrust, LawfulHighTrustId } from '../mocks/lawful-high-trust.ts'
import { lawfulHighTrust } from '../mocks/lawful-high-trust.ts'
import { honestHighTrust } from '../mocks/token-cache/high-trust-policies.ts'
import { honestCache } from '../mocks/token-cache/policies.ts'
import { highTrustChecks } from '../suites/token-cache/high-trust/index.ts'
import { referenceCache } from '../targets/reference/token-cache.ts'
import type { SuspectCache } from './cache-proving-ground.ts'
import { cacheVerdictsOn } from './cache-proving-ground.ts'
import { notAs } from './judged.ts'

const keyring = await makeKeyring()

/** Opens the reference with something around it. */
const openWith = ({ policies, around }: LawfulHighTrust): NonNullable<SuspectCache['open']> => {
  const { attach } = referenceCache(honestCache, { ...honestHighTrust, ...policies })
  if (!('open' in attach)) throw new TypeError('the reference token cache is opened in this process')
  return async (provision, io) => {
    const running = await attach.open(provision, io)
    const [farm] = provision.onPremises ?? []
    const { origin } = new URL(farm?.api ?? '')
    const ask = (path: string) =>
      io.wire({ method: 'GET', origin, rawPath: `/${farm?.realm}${path}`, headers: [['authorization', 'Bearer']] })
    return { ...running, wire: around?.(running.wire, ask) ?? running.wire }
  }
}

test.for(Object.keys(lawfulHighTrust) as LawfulHighTrustId[])('%s is not accused', { timeout: 120_000 }, async (id) => {
  const suspect = { open: openWith(lawfulHighTrust[id]) }
  const verdicts = await cacheVerdictsOn(suspect, { keyring, seed: 1, chosen: highTrustChecks, runs: 20 })
  expect(notAs(verdicts, 'pass')).toEqual([])
})
