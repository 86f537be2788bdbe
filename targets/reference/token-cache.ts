import type { CacheDefinition } from '../../harness/target/token-cache.ts'
import { cacheForms, makeTokenCache } from '../../mocks/token-cache/cache.ts'
import type { HighTrustPolicies } from '../../mocks/token-cache/high-trust-policies.ts'
import { honestHighTrust } from '../../mocks/token-cache/high-trust-policies.ts'
import type { CachePolicies } from '../../mocks/token-cache/policies.ts'
import { honestCache } from '../../mocks/token-cache/policies.ts'

/** The reference token cache as an in-process target; policies break it or vary it. */
export const referenceCache = (
  policies: CachePolicies = honestCache,
  highTrust: HighTrustPolicies = honestHighTrust,
): CacheDefinition => ({
  schema: 1,
  role: 'token-cache',
  subject: { name: 'brokerspec reference token cache', version: '0.1.0' },
  cache: cacheForms,
  capabilities: ['clock', 'inbound', 'app-only', 'restart', 'storage', 'storage-raw', 'high-trust', 'provision'],
  attach: { open: (provision, io) => makeTokenCache(provision, { ...io, cache: policies, highTrust }) },
})

export default referenceCache()
