import type { Entry, Whose } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'
import { tokensFor } from './cache-trust.ts'

const ceiling = 'cache.grant-is-a-ceiling'

/** The tokens of other users for a resource, where a user calls. */
const othersFor = (whose: Whose, all: ReadonlyMap<string, Entry>): string[] =>
  whose.as === 'user'
    ? tokensFor(whose, new Map([...all].filter(([key]) => (JSON.parse(key) as string[])[2] !== whose.user)))
    : []

/** Faults in what is done where the resource refuses what a user asks for. */
export const cacheDeniedFaults = {
  'cache.lends-app-token-when-denied': {
    does: 'calls once more with the app-only token where the resource refuses a user',
    breaks: ceiling,
    policy: 'afterDenial',
    instead: (whose, all) => tokensFor(whose, all, 'app')[0],
  },
  'cache.lends-service-token-when-denied': {
    does: 'calls once more with the token of the service account where the resource refuses a user',
    breaks: ceiling,
    policy: 'afterDenial',
    instead: (whose, all) => tokensFor(whose, all, 'service')[0],
  },
  'cache.lends-tokens-of-others-when-denied': {
    does: 'calls once more with the token of another user where the resource refuses a user',
    breaks: ceiling,
    policy: 'afterDenial',
    instead: (whose, all) => othersFor(whose, all)[0],
  },
  'cache.lends-tokens-when-denied-once-there-are-five': {
    does: 'calls once more with the token of another user where the resource refuses a user, once five users have one',
    breaks: ceiling,
    policy: 'afterDenial',
    instead: (whose, all) => othersFor(whose, all)[3],
  },
} as const satisfies CacheFaults
