import { honestCache } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'

const optional = 'cache.audience-optional'

/** Faults in what is done with a resource that has no audience. */
export const cacheAudienceFaults = {
  'cache.refuses-resources-without-audience': {
    does: 'serves no resource without an audience',
    breaks: optional,
    policy: 'asksFor',
    instead: ({ resource: { audience } }) => (audience === undefined ? undefined : [audience]),
  },
  'cache.says-undefined-for-no-audience': {
    does: 'asks for the resource "undefined" where there is no audience',
    breaks: optional,
    policy: 'asksFor',
    instead: ({ resource: { audience } }) => [String(audience)],
  },
  'cache.refuses-further-resources-without-audience': {
    does: 'serves no resource without an audience but the first three of a tenant',
    breaks: optional,
    policy: 'asksFor',
    instead(whose, provision) {
      const without = provision.resources.filter(({ tenant, audience }) => tenant === whose.realm && audience === undefined) // prettier-ignore
      return without.findIndex(({ id }) => id === whose.resource.id) > 2
        ? undefined
        : honestCache.asksFor(whose, provision)
    },
  },
  'cache.keeps-one-token-without-audience': {
    does: 'keeps one token of a user for all resources without an audience',
    breaks: optional,
    policy: 'keyOf',
    instead: ({ as, realm, user, resource: { id, audience } }) =>
      JSON.stringify([as, realm, user, audience === undefined ? '' : id]),
  },
} as const satisfies CacheFaults
