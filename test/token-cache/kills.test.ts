import { expect, test } from 'vitest'
import { makeKeyring } from '../../fixtures/world/world.ts'
import type { CacheFaultId } from '../../mocks/faults/cache.ts'
import { cacheFaults } from '../../mocks/faults/cache.ts'
import type { CachePolicies } from '../../mocks/token-cache/policies.ts'
import { cacheFaultIds, cacheVerdicts, claimingCacheFault, faultyCache, notAs } from './ground.ts'

const keyring = await makeKeyring()
const seeds = [1, 2, 3, 4, 5]
const timeout = 600_000

test('every fault of a token cache is claimed', () => {
  expect(cacheFaultIds.filter((fault) => claimingCacheFault(fault).length === 0)).toEqual([])
})

test.for(cacheFaultIds)('%s is caught by every check that claims it', { timeout }, async (fault) => {
  for (const seed of seeds) {
    const verdicts = await cacheVerdicts(faultyCache(fault), { keyring, seed, chosen: claimingCacheFault(fault) })
    expect([seed, notAs(verdicts, 'fail')]).toEqual([seed, []])
  }
})

/** For policies whose input a property varies: a fault that no example finds. */
const onlyByProperty: Partial<Record<keyof CachePolicies, CacheFaultId>> = {
  expiryOf: 'cache.takes-long-lifetimes-for-milliseconds',
  isDue: 'cache.compares-times-as-text',
  reads: 'cache.extends-tokens-when-read-late',
  standsIn: 'cache.lends-tokens-once-there-are-three',
  trustParameters: 'cache.omits-prompt-for-further-resources',
  findPending: 'cache.compares-half-the-state',
  trustsSignature: 'cache.takes-unsigned-callers-in-capitals',
  isCurrent: 'cache.takes-callers-for-another-day',
  isMeantForUs: 'cache.takes-audience-of-callers-by-prefix',
  realmOf: 'cache.takes-issuer-of-callers-by-prefix',
  keepsInbound: 'cache.keeps-callers-tokens-for-the-last-resource',
}

test.for(Object.entries(onlyByProperty))('%s: no example finds %s', { timeout }, async ([policy, fault]) => {
  expect(cacheFaults[fault].policy).toBe(policy)
  const verdicts = await cacheVerdicts(faultyCache(fault), {
    keyring,
    seed: 1,
    runs: 0,
    chosen: claimingCacheFault(fault),
  })
  expect(notAs(verdicts, 'pass')).toEqual([])
})
