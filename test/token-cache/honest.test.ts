import { expect, test } from 'vitest'
import { makeKeyring } from '../../fixtures/world/world.ts'
import { cacheVerdicts, notAs } from './ground.ts'

const keyring = await makeKeyring()
const timeout = 300_000

test.for([1, 2, 3])('the honest reference token cache passes everything, seed $0', { timeout }, async (seed) => {
  expect(notAs(await cacheVerdicts({}, { keyring, seed, runs: 50 }), 'pass')).toEqual([])
})

test('and so it does over HTTPS', { timeout }, async () => {
  expect(notAs(await cacheVerdicts({}, { keyring, seed: 1, runs: 10, transport: 'https' }), 'pass')).toEqual([])
})
