import type { CacheDefinition } from '../../harness/target/token-cache.ts'
import { cacheForms, makeTokenCache } from '../../mocks/token-cache/cache.ts'
import type { CachePolicies } from '../../mocks/token-cache/policies.ts'
import { honestCache } from '../../mocks/token-cache/policies.ts'

/** The reference token cache as an in-process target; policies break it or vary it. */
export const referenceCache = (policies: CachePolicies = honestCache): CacheDefinition => ({
  schema: 1,
  role: 'token-cache',
  subject: { name: 'brokerspec reference token cache', version: '0.1.0' },
  cache: cacheForms,
  capabilities: ['clock', 'inbound', 'app-only', 'restart', 'storage', 'storage-raw'],
  attach: { open: (provision, io) => makeTokenCache(provision, { ...io, cache: policies }) },
})

export default referenceCache()
