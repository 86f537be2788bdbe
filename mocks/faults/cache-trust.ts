import type { Whose } from '../token-cache/policies.ts'
import { honestCache } from '../token-cache/policies.ts'
import type { Entry } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'
import { isFurther, placeOf } from './cache-tokens.ts'

const none = 'cache.no-token'
const verifies = 'cache.verifies-trust'
const prompts = 'cache.service-account-prompt'
const consents = 'cache.common-consent'

const withoutDots = (name: string): string => name.replaceAll('.', '')

/** The tokens for a resource, whoever they belong to, by the names of the honest cache. */
export const tokensFor = ({ realm, resource }: Whose, all: ReadonlyMap<string, Entry>, as = 'user'): string[] =>
  [...all].flatMap(([key, { access }]) => {
    const [whom, where, , what] = JSON.parse(key) as string[]
    return whom === as && where === realm && what === resource.id ? [access] : []
  })

/** Faults in what is done without a token, in the trust dialog that is offered, and in what is made of its end. */
export const cacheTrustFaults = {
  'cache.lends-service-token': {
    does: 'calls with the token of the service account for users who have none',
    breaks: none,
    policy: 'standsIn',
    instead: (whose, all) => tokensFor(whose, all, 'service')[0],
  },
  'cache.lends-tokens-of-others': {
    does: 'calls with the token of another user for users who have none',
    breaks: none,
    policy: 'standsIn',
    instead: (whose, all) => tokensFor(whose, all)[0],
  },
  'cache.lends-tokens-once-there-are-three': {
    does: 'calls with the token of another user for users who have none, once three users have one',
    breaks: none,
    policy: 'standsIn',
    instead: (whose, all) => tokensFor(whose, all)[2],
  },
  'cache.lends-tokens-to-names-with-dots': {
    does: 'calls with the token of another user for users whose name is the same but for its dots',
    breaks: 'cache.per-user',
    policy: 'standsIn',
    instead: ({ as, realm, user, resource }, all) =>
      [...all].find(([key]) => {
        const [whom, where, who = '', what] = JSON.parse(key) as string[]
        return whom === as && where === realm && what === resource.id && withoutDots(who) === withoutDots(user)
      })?.[1].access,
  },

  'cache.offers-no-trust': {
    does: 'says that there is no token, and offers no trust dialog',
    breaks: none,
    policy: 'offersTrust',
    instead: () => false,
  },
  'cache.offers-no-trust-for-further-resources': {
    does: 'offers no trust dialog for all resources of a tenant but the first',
    breaks: none,
    policy: 'offersTrust',
    instead: (whose, provision) => !isFurther(whose, provision),
  },
  'cache.offers-no-trust-for-seventh-resource': {
    does: 'offers no trust dialog for the seventh resource of a tenant',
    breaks: none,
    policy: 'offersTrust',
    instead: (whose, provision) => placeOf(whose, provision) !== 6,
  },

  'cache.omits-prompt': {
    does: 'offers the service account the trust dialog of a user',
    breaks: prompts,
    policy: 'trustParameters',
    instead: () => [],
  },
  'cache.prompts-by-another-word': {
    does: 'says prompt=consent for the service account',
    breaks: prompts,
    policy: 'trustParameters',
    instead: ({ as }) => (as === 'service' ? [['prompt', 'consent']] : []),
  },
  'cache.omits-prompt-for-further-resources': {
    does: 'offers the service account the trust dialog of a user for all resources of a tenant but the first',
    breaks: prompts,
    policy: 'trustParameters',
    instead: (whose, provision) => (isFurther(whose, provision) ? [] : honestCache.trustParameters(whose, provision)),
  },

  'cache.asks-each-user-for-consent': {
    does: 'has each user asked for consent, whoever has given it',
    breaks: consents,
    policy: 'trustParameters',
    instead: ({ as }) => [['prompt', as === 'service' ? 'true' : 'consent']],
  },
  'cache.prompts-users-as-service-account': {
    does: 'offers each user the trust dialog of the service account',
    breaks: consents,
    policy: 'trustParameters',
    instead: () => [['prompt', 'true']],
  },
  'cache.asks-for-consent-of-later-resources': {
    does: 'has each user asked for consent for all resources of a tenant but the first five',
    breaks: consents,
    policy: 'trustParameters',
    instead: (whose, provision) =>
      whose.as === 'user' && placeOf(whose, provision) > 4
        ? [['prompt', 'consent']]
        : honestCache.trustParameters(whose, provision),
  },

  'cache.takes-any-callback': {
    does: 'takes a callback that belongs to no trust dialog for the end of the newest',
    breaks: verifies,
    policy: 'findPending',
    instead: (pending, state) => honestCache.findPending(pending, state) ?? pending.at(-1),
  },
  'cache.takes-callbacks-without-state': {
    does: 'takes a callback without a state for the end of the newest trust dialog',
    breaks: verifies,
    policy: 'findPending',
    instead: (pending, state) => (state === undefined ? pending.at(-1) : honestCache.findPending(pending, state)),
  },
  'cache.compares-half-the-state': {
    does: 'compares the first half of the state of a trust dialog',
    breaks: verifies,
    policy: 'findPending',
    instead: (pending, state = '') =>
      pending.find((one) => one.state.slice(0, 18) === state.slice(0, 18) && state.length >= 18),
  },
} as const satisfies CacheFaults
