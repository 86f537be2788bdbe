import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { checks } from '../suites/index.ts'
import { convictedBy, faultIds, judges } from './kill-matrix.ts'
import { claimsOn } from './kill-proof.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const property = ['authorize.unregistered-redirect.near-miss', 'authorize.unregistered-redirect.exact-match']
const examples = checks.filter(({ id }) => !property.includes(id))
const onlyByProperty = faultIds.filter(
  (fault) => claimsOn(fault).length > 0 && claimsOn(fault).every((id) => property.includes(id)),
)

test('every judge claims a fault, and every fault is claimed', () => {
  expect(judges.filter(({ kills }) => kills.length === 0)).toEqual([])
  expect(faultIds.filter((fault) => claimsOn(fault).length === 0)).toEqual([])
})

test('the honest reference passes everything, for 20 of 20 seeds', { timeout: 240_000 }, async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const verdicts = await verdictsOn({}, { keyring, seed })
    expect(verdicts.map(({ check, status }) => [seed, check, status])).toEqual(
      judges.map(({ id }) => [seed, id, 'pass']),
    )
  }
})

test('there are three faults and more that only a property finds', () => {
  expect(onlyByProperty.length).toBeGreaterThanOrEqual(3)
})

test.for(onlyByProperty)('no example finds %s', async (fault) => {
  for (let seed = 1; seed <= 10; seed += 1)
    expect([seed, await convictedBy(fault, keyring, seed, examples)]).toEqual([seed, []])
})
