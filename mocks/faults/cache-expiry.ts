import type { Entry } from '../token-cache/policies.ts'
import { honestCache, refreshWindow, secondsIn } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'

const within = 'cache.refresh-window'
const absolute = 'cache.expiry-is-absolute'
const [second, minute, hour] = [1000, 60_000, 3_600_000]

const left = ({ expiresAt }: Entry, now: number): number => expiresAt - now
const renewsWithin = (ms: number) => (entry: Entry, now: number) => left(entry, now) <= ms
const lifetimeOf = ({ receivedAt, expiresAt }: Entry): number => expiresAt - receivedAt
/** The token as if it had been received just now. */
const anew = (entry: Entry, now: number): Entry => ({ ...entry, receivedAt: now, expiresAt: now + lifetimeOf(entry) })

/** Faults in when a token is taken to expire, and in what is made of it. */
export const cacheExpiryFaults = {
  'cache.takes-seconds-for-milliseconds': {
    does: 'takes the seconds of expires_in for milliseconds',
    breaks: within,
    policy: 'expiryOf',
    instead: (given, receivedAt) => receivedAt + (secondsIn(given['expires_in']) ?? 0),
  },
  'cache.reads-expiry-in-local-time': {
    does: 'takes the time at which a token expires for that of a zone two hours to the west',
    breaks: within,
    policy: 'expiryOf',
    instead: (given, receivedAt) => honestCache.expiryOf(given, receivedAt) + 2 * hour,
  },
  'cache.reckons-an-hour-for-every-token': {
    does: 'lets every access token live for an hour, whatever came with it',
    breaks: within,
    policy: 'expiryOf',
    instead: (_, receivedAt) => receivedAt + hour,
  },
  'cache.takes-long-lifetimes-for-milliseconds': {
    does: 'takes an expires_in of more than 3600 for milliseconds',
    breaks: within,
    policy: 'expiryOf',
    instead(given, receivedAt) {
      const seconds = secondsIn(given['expires_in']) ?? 0
      return seconds > 3600 ? receivedAt + seconds : honestCache.expiryOf(given, receivedAt)
    },
  },
  'cache.keeps-tokens-without-lifetime': {
    does: 'never renews a token whose lifetime is no positive number',
    breaks: within,
    policy: 'expiryOf',
    instead(given, receivedAt) {
      const seconds = secondsIn(given['expires_in'])
      return seconds !== undefined && seconds > 0 ? receivedAt + seconds * second : Number.MAX_SAFE_INTEGER
    },
  },

  'cache.renews-after-expiry': {
    does: 'renews a token once it has expired, and not before',
    breaks: within,
    policy: 'isDue',
    instead: renewsWithin(0),
  },
  'cache.renews-within-milliseconds': {
    does: 'renews a token 60 milliseconds before it expires',
    breaks: within,
    policy: 'isDue',
    instead: renewsWithin(60),
  },
  'cache.renews-within-minutes': {
    does: 'renews a token 60 minutes before it expires',
    breaks: within,
    policy: 'isDue',
    instead: renewsWithin(60 * minute),
  },
  'cache.renews-within-five-minutes': {
    does: 'renews a token five minutes before it expires, and does not say so',
    breaks: within,
    policy: 'isDue',
    instead: renewsWithin(5 * minute),
  },
  'cache.rounds-to-minutes': {
    does: 'renews a token in what is its last minute when rounded',
    breaks: within,
    policy: 'isDue',
    instead: (entry, now) => Math.round(left(entry, now) / minute) <= 1,
  },
  'cache.never-renews': {
    does: 'uses a token as long as it has one',
    breaks: within,
    policy: 'isDue',
    instead: () => false,
  },
  'cache.renews-every-call': {
    does: 'renews a token before every call',
    breaks: 'cache.valid-token',
    policy: 'isDue',
    instead: () => true,
  },
  'cache.renews-for-crowds': {
    does: 'renews a token whenever several call with it at the same time',
    breaks: 'cache.valid-token',
    policy: 'isDue',
    instead: (entry, now, whose, callers) => callers > 1 || honestCache.isDue(entry, now, whose, callers),
  },
  'cache.renews-tokens-of-over-an-hour': {
    does: 'renews a token that has more than an hour left, since none should',
    breaks: within,
    policy: 'isDue',
    instead: (entry, now, ...given) => left(entry, now) > hour || honestCache.isDue(entry, now, ...given),
  },
  'cache.compares-times-as-text': {
    does: 'compares the seconds that are left as texts',
    breaks: within,
    policy: 'isDue',
    instead: (entry, now) => left(entry, now) <= 0 || String(Math.floor(left(entry, now) / second)) < '60',
  },
  'cache.counts-time-slowly': {
    does: 'counts the time since it received a token two percent too slow',
    breaks: absolute,
    policy: 'isDue',
    instead: (entry, now) =>
      lifetimeOf(entry) - (now - entry.receivedAt) * 0.98 <= Math.min(refreshWindow, lifetimeOf(entry)),
  },

  'cache.extends-tokens-when-read': {
    does: 'counts the lifetime of a token from when it was read last',
    breaks: absolute,
    policy: 'reads',
    instead: anew,
  },
  'cache.extends-tokens-when-restarted': {
    does: 'counts the lifetime of a token from the last restart',
    breaks: absolute,
    policy: 'reads',
    instead: (entry, now, restarted) => (restarted ? anew(entry, now) : entry),
  },
  'cache.extends-tokens-when-read-late': {
    does: 'counts the lifetime of a token from a read in its second half, the last five minutes apart',
    breaks: absolute,
    policy: 'reads',
    instead: (entry, now) =>
      left(entry, now) < lifetimeOf(entry) / 2 && left(entry, now) > 5 * minute ? anew(entry, now) : entry,
  },
} as const satisfies CacheFaults
