import { expect, test } from 'vitest'
import { refused } from '../../test/reading.ts'
import { readTarget } from './load.ts'
import type { CacheDefinition } from './token-cache.ts'

const call = { path: '/call', form: { user: '{user}' } }
const valid: CacheDefinition = {
  schema: 1,
  role: 'token-cache',
  subject: { name: 'a cache', version: '1.0' },
  cache: { callback: '/callback', call },
  attach: { command: ['{node}', 'cache.js'] },
}
const read = (changed: object) => readTarget({ ...valid, ...changed } as CacheDefinition, '/somewhere/target.json')
const running = {
  origins: { party: 'https://localhost:1' },
  provision: 'provision.json',
  mocks: { broker: 'https://localhost:2', idp: 'https://localhost:3' },
}
const withFarms = { cache: { ...valid.cache, onPremises: { call } } }

test('the metadata document of high trust is where the documents have it, unless another path is given', () => {
  const capabilities = ['high-trust']
  expect(read({ ...withFarms, capabilities }).cache.onPremises).toEqual({ call, metadata: '/autodiscover/api/metadatadocument' }) // prettier-ignore
  const elsewhere = { cache: { ...valid.cache, onPremises: { call, metadata: '/keys' } }, capabilities }
  expect(read(elsewhere).cache.onPremises?.metadata).toBe('/keys')
})

test.each<[string, object]>([
  ['/somewhere/target.json: cache.onPremises', { capabilities: ['high-trust'] }],
  ['/somewhere/target.json: cache.onPremises', withFarms],
  ['/somewhere/target.json: capabilities', { attach: running, capabilities: ['app-only'] }],
  [
    '/somewhere/target.json: cache.serviceAccount',
    { attach: running, cache: { ...valid.cache, serviceAccount: call } },
  ],
  ['/somewhere/target.json: control.nodes', { attach: running, capabilities: ['nodes'], control: { nodes: 2 } }],
  ['/somewhere/target.json: capabilities', { ...withFarms, capabilities: ['high-trust', 'provision'], attach: { command: ['x'], instances: 'one' } }], // prettier-ignore
])('what does not belong together is told at %s', (place, changed) => {
  expect(refused({ ...valid, ...changed })).toMatchObject({ kind: 'usage', place })
})

test('one that is running has a broker before it, and what stands behind that', () => {
  expect(read({ attach: running }).attach).toEqual(running)
  for (const actor of ['broker', 'idp'] as const) {
    const { [actor]: _, ...mocks } = running.mocks
    expect(refused({ ...valid, attach: { ...running, mocks } }).message.split(':')[0]).toBe(`attach.mocks.${actor}`)
  }
})
