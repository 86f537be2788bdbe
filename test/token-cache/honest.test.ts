import { expect, test } from 'vitest'
import { cacheProvisionOf, cacheProvisionSchema } from '../../fixtures/world/cache-provision.ts'
import { makeKeyring, worldOf } from '../../fixtures/world/world.ts'
import { cacheChecks } from '../../suites/token-cache/index.ts'
import { cacheVerdicts, notAs } from './ground.ts'

const keyring = await makeKeyring()
const timeout = 300_000

test.for([1, 2, 3])('the honest reference token cache passes everything, seed $0', { timeout }, async (seed) => {
  expect(notAs(await cacheVerdicts({}, { keyring, seed, runs: 50 }), 'pass')).toEqual([])
})

test('and so it does over HTTPS', { timeout }, async () => {
  expect(notAs(await cacheVerdicts({}, { keyring, seed: 1, runs: 10, transport: 'https' }), 'pass')).toEqual([])
})

test.for([true, false])(
  'what a cache is told keeps to its schema, whether it goes to the services itself: %s',
  (direct) => {
    const told = cacheProvisionOf(worldOf(1, cacheChecks, keyring), {
      target: 'https://127.0.0.1:1',
      broker: 'https://127.0.0.1:2',
      idp: 'https://localhost:3',
      direct,
      paths: { callback: '/callback', authorize: '/authorize/oauth/2/request', token: '/token/oauth/2' },
    })
    expect(cacheProvisionSchema.parse(told)).toEqual(told)
    expect(told.resources.every((resource) => 'direct' in resource === direct)).toBe(true)
    expect(JSON.stringify(told).includes('secret-')).toBe(direct)
  },
)
