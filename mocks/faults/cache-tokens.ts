import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { Entry, TokenRequest, Whose } from '../token-cache/policies.ts'
import { honestCache } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'
import { storing } from './cache-fault.ts'

const expired = 'cache.expired-token'
const through = 'cache.through-broker'

/** How often in a row a token has been renewed, where that is counted. */
const timesOf = (entry: Entry & { times?: number }): number | undefined => entry.times

/** A renewal in the form of RFC 6749, at the token service itself. */
const directly = ({ refresh }: Entry, whose: Whose): TokenRequest =>
  atTokenService(whose, [
    ['grant_type', 'refresh_token'],
    ['refresh_token', refresh ?? ''],
  ])

/** A grant in the form of RFC 6749, at the token service itself. */
export const atTokenService = ({ resource, realm }: Whose, grant: Pairs): TokenRequest => ({
  url: resource.tokenService,
  form: [...grant, ['client_id', `${resource.id}@${realm}`], ['resource', resource.audience ?? '']],
})

/** The place of a resource among those of its tenant. */
export const placeOf = ({ resource }: Whose, { resources }: CacheProvision): number =>
  resources.filter(({ tenant }) => tenant === resource.tenant).findIndex(({ id }) => id === resource.id)

/** Whether a resource is another than the first of its tenant. */
export const isFurther = (whose: Whose, provision: CacheProvision): boolean => placeOf(whose, provision) > 0

/** Faults in what is stored of tokens, what calls are made with, and where tokens are renewed. */
export const cacheTokenFaults = {
  'cache.stores-nothing-after-trust': {
    does: 'stores nothing of what a trust dialog brings',
    breaks: 'cache.after-trust',
    policy: 'stores',
    instead: (given, whose, at, old) => (old ? honestCache.stores(given, whose, at, old) : undefined),
  },
  'cache.stores-no-token-without-lifetime': {
    does: 'stores nothing of a token that comes without expires_in',
    breaks: 'cache.refresh-window',
    policy: 'stores',
    instead: (given, whose, at, old) =>
      given['expires_in'] === undefined ? undefined : honestCache.stores(given, whose, at, old),
  },
  'cache.stores-whole-lifetimes-only': {
    does: 'stores nothing of a token whose expires_in is no whole number',
    breaks: 'cache.refresh-window',
    policy: 'stores',
    instead: (given, whose, at, old) =>
      /^"?\d*"?$/.test(JSON.stringify(given['expires_in'] ?? ''))
        ? honestCache.stores(given, whose, at, old)
        : undefined,
  },
  'cache.stores-no-renewal': {
    does: 'stores nothing of a renewal but the refresh token',
    breaks: expired,
    policy: 'stores',
    instead: storing((entry, { old }) => (old ? { ...old, refresh: entry.refresh } : entry)),
  },
  'cache.drops-refresh-tokens': {
    does: 'stores no refresh token',
    breaks: expired,
    policy: 'stores',
    instead: storing((entry) => ({ ...entry, refresh: undefined })),
  },
  'cache.drops-refresh-tokens-of-renewals': {
    does: 'stores the refresh token of a trust dialog, and none that a renewal brings',
    breaks: expired,
    policy: 'stores',
    instead: storing((entry, { old }) => (old ? { ...entry, refresh: undefined } : entry)),
  },
  'cache.drops-refresh-tokens-renewed-in-a-row': {
    does: 'stores no refresh token of the third renewal in a row that brings the same lifetime within a minute',
    breaks: 'cache.rotation',
    policy: 'stores',
    instead: storing((entry, { at, old }) => {
      const isAlike =
        old !== undefined &&
        at.receivedAt - old.receivedAt < 60_000 &&
        Math.abs(at.expiresAt - at.receivedAt - (old.expiresAt - old.receivedAt)) < 1000
      const times = isAlike ? (timesOf(old) ?? 0) + 1 : 0
      return { ...entry, ...(times >= 3 && { refresh: undefined }), times }
    }),
  },

  'cache.calls-with-old-token': {
    does: 'calls once more with the old token after a renewal',
    breaks: 'cache.new-token-every-call',
    policy: 'usesOf',
    instead: (_, old) => old.access,
  },
  'cache.calls-with-old-token-in-its-last-minute': {
    does: 'calls once more with the old token after a renewal where that has more than 35 and less than 55 seconds left',
    breaks: 'cache.new-token-every-call',
    policy: 'usesOf',
    instead: (renewed, old) =>
      old.expiresAt - renewed.receivedAt > 35_000 && old.expiresAt - renewed.receivedAt < 55_000
        ? old.access
        : renewed.access,
  },
  'cache.calls-with-refresh-token': {
    does: 'calls with the refresh token after a renewal',
    breaks: expired,
    policy: 'usesOf',
    instead: ({ access, refresh }) => refresh ?? access,
  },

  'cache.keeps-one-token-per-user': {
    does: 'keeps one token for a user, whatever the resource',
    breaks: 'cache.per-audience',
    policy: 'keyOf',
    instead: ({ as, realm, user }) => JSON.stringify([as, realm, user]),
  },
  'cache.cuts-names': {
    does: 'keeps tokens by the first ten letters of a name',
    breaks: 'cache.per-user',
    policy: 'keyOf',
    instead: (whose) => honestCache.keyOf({ ...whose, user: whose.user.slice(0, 10) }),
  },
  'cache.knows-users-by-local-part': {
    does: 'keeps tokens by what stands before the at sign of a name',
    breaks: 'cache.per-user',
    policy: 'keyOf',
    instead: (whose) => honestCache.keyOf({ ...whose, user: whose.user.replace(/@.*/, '') }),
  },
  'cache.ignores-dots-in-names': {
    does: 'keeps tokens by names without their dots',
    breaks: 'cache.per-user',
    policy: 'keyOf',
    instead: (whose) => honestCache.keyOf({ ...whose, user: whose.user.replaceAll('.', '') }),
  },
  'cache.keeps-one-token-per-resource': {
    does: 'keeps one token for a resource, whoever the user is',
    breaks: 'cache.no-token',
    policy: 'keyOf',
    instead: ({ as, realm, resource }) => JSON.stringify([as, realm, resource.id]),
  },

  'cache.renews-at-token-service': {
    does: 'tries to renew at the token service itself, and through the broker after that',
    breaks: through,
    policy: 'renewsBy',
    instead: (entry, whose, provision) => [directly(entry, whose), ...honestCache.renewsBy(entry, whose, provision)],
  },
  'cache.falls-back-to-token-service': {
    does: 'tries to renew at the token service itself when it came to nothing through the broker',
    breaks: through,
    policy: 'renewsBy',
    instead: (entry, whose, provision) => [...honestCache.renewsBy(entry, whose, provision), directly(entry, whose)],
  },
  'cache.renews-fourth-resource-at-token-service': {
    does: 'tries to renew at the token service itself for the fourth resource of a tenant',
    breaks: through,
    policy: 'renewsBy',
    instead: (entry, whose, provision) => [
      ...(placeOf(whose, provision) === 3 ? [directly(entry, whose)] : []),
      ...honestCache.renewsBy(entry, whose, provision),
    ],
  },
  'cache.renews-further-resources-at-token-service': {
    does: 'tries to renew at the token service itself for all resources of a tenant but the first',
    breaks: through,
    policy: 'renewsBy',
    instead: (entry, whose, provision) => [
      ...(isFurther(whose, provision) ? [directly(entry, whose)] : []),
      ...honestCache.renewsBy(entry, whose, provision),
    ],
  },
} as const satisfies CacheFaults
