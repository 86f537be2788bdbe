import type { Entry, Whose } from '../token-cache/policies.ts'
import { honestCache } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'
import { tokensFor } from './cache-trust.ts'

const continues = 'cache.app-only-continues'
const columns = 'cache.app-columns'
const day = 86_400_000

/** The tokens of users for a resource, where the app calls alone. */
const usersFor = (whose: Whose, all: ReadonlyMap<string, Entry>): string[] =>
  whose.as === 'app' ? tokensFor(whose, all) : []

/** Faults in how an app-only token is got and kept, and in whose token a call is made with. */
export const cacheAppOnlyFaults = {
  'cache.ties-app-only-to-first-user': {
    does: 'asks for app-only tokens by the token of the user alone who trusted first',
    breaks: continues,
    policy: 'vouchedBy',
    instead: (whose, owners, kept, now) => honestCache.vouchedBy(whose, owners, kept, now).slice(0, 1),
  },
  'cache.ends-app-only-after-90-days': {
    does: 'asks for no app-only token once 90 days have passed since the first',
    breaks: continues,
    policy: 'vouchedBy',
    instead: (whose, owners, kept, now) =>
      kept !== undefined && now - kept.trustedAt >= 90 * day ? [] : honestCache.vouchedBy(whose, owners, kept, now),
  },
  'cache.ends-app-only-when-unused-for-weeks': {
    does: 'asks for no app-only token once the last one is more than 20 days old',
    breaks: continues,
    policy: 'vouchedBy',
    instead: (whose, owners, kept, now) =>
      kept !== undefined && now - kept.receivedAt > 20 * day ? [] : honestCache.vouchedBy(whose, owners, kept, now),
  },
  'cache.never-renews-app-only': {
    does: 'uses an app-only token as long as it has one',
    breaks: continues,
    policy: 'isDue',
    instead: (entry, now, whose, callers) => whose.as !== 'app' && honestCache.isDue(entry, now, whose, callers),
  },

  'cache.calls-as-app-for-users': {
    does: 'calls with the app-only token for users, once it has one',
    breaks: columns,
    policy: 'callsWith',
    instead: (whose, own, all) => tokensFor(whose, all, 'app')[0] ?? own,
  },
  'cache.calls-as-user-for-app': {
    does: 'calls with the token of a user where the app calls alone',
    breaks: columns,
    policy: 'callsWith',
    instead: (whose, own, all) => usersFor(whose, all)[0] ?? own,
  },
  'cache.calls-as-user-for-app-once-there-are-three': {
    does: 'calls with the token of the user who came last where the app calls alone, once three users have one',
    breaks: columns,
    policy: 'callsWith',
    instead(whose, own, all) {
      const users = usersFor(whose, all)
      return users.length < 3 ? own : (users.at(-1) ?? own)
    },
  },
} as const satisfies CacheFaults
