import type { Entry } from '../token-cache/policies.ts'
import { honestCache } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'
import { placeOf } from './cache-tokens.ts'
import { storing } from './cache-fault.ts'

const [hour, day] = [3_600_000, 86_400_000]
const mayFail = 'cache.refresh-may-fail'
const passwords = 'cache.password-change'

const unusedFor = (ms: number) => (entry: Entry, now: number) => now - entry.receivedAt < ms
const trustedFor = (ms: number) => (entry: Entry, now: number) => now - entry.trustedAt < ms
const repeated = <T>(times: number, list: readonly T[]): T[] => Array.from({ length: times }, () => list).flat()
/** Who a token belongs to, by its name in the honest cache. */
const ownerOf = (key: string) => JSON.parse(key) as [as: string, realm: string, user: string, resource: string]

/** Faults in how long tokens are kept, in what becomes of a refused one, and of those of others. */
export const cacheLifetimeFaults = {
  'cache.keeps-old-refresh-token': {
    does: 'keeps the refresh token of the trust dialog through every renewal',
    breaks: 'cache.rotation',
    policy: 'stores',
    instead: storing((entry, { old }) => ({ ...entry, refresh: old?.refresh ?? entry.refresh })),
  },
  'cache.forgets-refresh-tokens-that-stay': {
    does: 'forgets the refresh token where a renewal brings no other',
    breaks: 'cache.rotation',
    policy: 'stores',
    instead: storing((entry, { given }) =>
      given['refresh_token'] === undefined ? { ...entry, refresh: undefined } : entry,
    ),
  },

  'cache.fails-without-refresh-token': {
    does: 'fails where a token has expired that came without a refresh token',
    breaks: 'cache.no-refresh-token',
    policy: 'withoutRefresh',
    instead: () => 'fail',
  },
  'cache.uses-expired-tokens-without-refresh-token': {
    does: 'goes on with a token that has expired where it came without a refresh token',
    breaks: 'cache.no-refresh-token',
    policy: 'withoutRefresh',
    instead: () => 'use',
  },

  'cache.uses-long-expired-tokens-without-refresh-token': {
    does: 'goes on with a token that expired more than ten minutes ago where it came without a refresh token',
    breaks: 'cache.no-refresh-token',
    policy: 'withoutRefresh',
    instead: (entry, now) => (now - entry.expiresAt > hour / 6 ? 'use' : honestCache.withoutRefresh(entry, now)),
  },

  'cache.keeps-dead-tokens': {
    does: 'keeps a refresh token that was refused, and fails from then on',
    breaks: mayFail,
    policy: 'keepsAfter',
    instead: (_, entry) => entry,
  },
  'cache.keeps-dead-tokens-of-long-trust': {
    does: 'keeps a refresh token that was refused more than 80 days after the trust dialog, and fails from then on',
    breaks: 'cache.cap-90-days',
    policy: 'keepsAfter',
    instead: (failure, entry, now) =>
      entry.receivedAt - entry.trustedAt > 80 * day ? entry : honestCache.keepsAfter(failure, entry, now),
  },
  'cache.keeps-dead-tokens-of-some-days': {
    does: 'keeps a refresh token that was refused more than a day after it came and within 13 days of the trust dialog, and fails from then on',
    breaks: passwords,
    policy: 'keepsAfter',
    instead: (failure, entry, now) =>
      now - entry.receivedAt > day && now - entry.trustedAt < 13 * day
        ? entry
        : honestCache.keepsAfter(failure, entry, now),
  },
  'cache.tries-dead-tokens-again': {
    does: 'tries a refused refresh token five times in all',
    breaks: mayFail,
    policy: 'renewsBy',
    instead: (entry, whose, provision) => repeated(5, honestCache.renewsBy(entry, whose, provision)),
  },
  'cache.tries-for-ever': {
    does: 'tries to renew two hundred times in a row',
    breaks: mayFail,
    policy: 'renewsBy',
    instead: (entry, whose, provision) => repeated(200, honestCache.renewsBy(entry, whose, provision)),
  },

  'cache.forgets-everybody': {
    does: 'forgets the tokens of everybody once that of one user is refused',
    breaks: passwords,
    policy: 'forgetsAlso',
    instead: (_, all) => all,
  },
  'cache.forgets-users-of-the-resource': {
    does: 'forgets the tokens of all users of a resource once that of one is refused',
    breaks: passwords,
    policy: 'forgetsAlso',
    instead: ({ resource }, all) => all.filter((key) => ownerOf(key)[3] === resource.id),
  },
  'cache.forgets-users-of-the-resource-elsewhere': {
    does: 'forgets what all users of a resource have elsewhere once the token of one is refused',
    breaks: passwords,
    policy: 'forgetsAlso',
    instead({ resource }, all) {
      const users = all.filter((key) => ownerOf(key)[3] === resource.id).map((key) => ownerOf(key)[2])
      return all.filter((key) => ownerOf(key)[3] !== resource.id && users.includes(ownerOf(key)[2]))
    },
  },

  'cache.forgets-tokens-after-eight-hours': {
    does: 'forgets a token that was not used for eight hours',
    breaks: 'cache.guest-12-hours',
    policy: 'remembers',
    instead: unusedFor(8 * hour),
  },
  'cache.forgets-tokens-after-ten-days': {
    does: 'forgets a token that was not used for ten days',
    breaks: 'cache.sliding-14-days',
    policy: 'remembers',
    instead: unusedFor(10 * day),
  },
  'cache.forgets-trust-after-14-days': {
    does: 'forgets a token 14 days after the trust dialog, however often it was renewed',
    breaks: 'cache.sliding-14-days',
    policy: 'remembers',
    instead: trustedFor(14 * day),
  },
  'cache.forgets-trust-after-two-months': {
    does: 'forgets a token 60 days after the trust dialog, however often it was renewed',
    breaks: 'cache.cap-90-days',
    policy: 'remembers',
    instead: trustedFor(60 * day),
  },
  'cache.forgets-tokens-after-two-weeks': {
    does: 'forgets a token that was not used for two weeks, whatever the service says',
    breaks: 'cache.admin-90-days',
    policy: 'remembers',
    instead: unusedFor(14 * day),
  },
  'cache.forgets-tokens-at-restart': {
    does: 'forgets every token when it is restarted',
    breaks: 'cache.survives-restart',
    policy: 'remembers',
    instead: (_, _now, restarted) => !restarted,
  },
  'cache.forgets-older-tokens-at-restart': {
    does: 'forgets tokens that came more than three hours before when it is restarted',
    breaks: 'cache.survives-restart',
    policy: 'remembers',
    instead: (entry, now, restarted) => !restarted || now - entry.receivedAt < 3 * hour,
  },
  'cache.forgets-refresh-tokens-at-restart': {
    does: 'forgets every refresh token when it is restarted',
    breaks: 'cache.survives-restart',
    policy: 'reads',
    instead: (entry, _, restarted) => (restarted ? { ...entry, refresh: undefined } : entry),
  },

  'cache.renews-in-each-call': {
    does: 'renews once for each of the calls that are made at the same time',
    breaks: 'cache.single-flight',
    policy: 'sharesRenewal',
    instead: () => undefined,
  },
  'cache.renews-in-each-call-for-fourth-resource': {
    does: 'renews once for each of the calls that are made at the same time for the fourth resource of a tenant',
    breaks: 'cache.single-flight',
    policy: 'sharesRenewal',
    instead: (whose, provision) =>
      placeOf(whose, provision) === 3 ? undefined : honestCache.sharesRenewal(whose, provision),
  },
  'cache.shares-renewals-between-users': {
    does: 'gives all users of a resource who call at the same time the token of the first',
    breaks: 'cache.per-user',
    policy: 'sharesRenewal',
    instead: ({ resource }) => resource.id,
  },
  'cache.keeps-one-token-per-name': {
    does: 'keeps one token for a name, whatever realm and resource are called',
    breaks: 'cache.per-realm',
    policy: 'keyOf',
    instead: ({ as, user }) => JSON.stringify([as, '', user]),
  },
} as const satisfies CacheFaults
