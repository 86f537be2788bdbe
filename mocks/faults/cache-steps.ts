import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Whose } from '../token-cache/policies.ts'
import { honestCache } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'
import { atTokenService, placeOf } from './cache-tokens.ts'

const trust = 'cache.after-trust'
const expired = 'cache.expired-token'
const verifies = 'cache.verifies-trust'

const isFourth = (whose: Whose, provision: CacheProvision): boolean => placeOf(whose, provision) === 3
const isSeventh = (whose: Whose, provision: CacheProvision): boolean => placeOf(whose, provision) === 6

/** The page of the token service where a user trusts an app. */
const pageOf = ({ resource }: Whose): string =>
  resource.tokenService.replace('/tokens/OAuth/2', '/_layouts/15/OAuthAuthorize.aspx')

const redeemsThere = (code: string, whose: Whose) =>
  atTokenService(whose, [
    ['grant_type', 'authorization_code'],
    ['code', code],
  ])

/** Faults in the order of the documented flows: steps that are taken elsewhere, twice, too early or too late. */
export const cacheStepFaults = {
  'cache.begins-trust-at-token-service': {
    does: 'sends users to the token service for trust, and not to the broker',
    breaks: trust,
    policy: 'trustAt',
    instead: pageOf,
  },
  'cache.begins-trust-for-seventh-resource-at-token-service': {
    does: 'sends users to the token service for trust in the seventh resource of a tenant',
    breaks: trust,
    policy: 'trustAt',
    instead: (whose, provision) =>
      isSeventh(whose, provision) ? pageOf(whose) : honestCache.trustAt(whose, provision),
  },

  'cache.redeems-at-token-service': {
    does: 'tries to redeem codes at the token service itself, and through the broker after that',
    breaks: trust,
    policy: 'redeemsBy',
    instead: (code, whose, ...given) => [redeemsThere(code, whose), ...honestCache.redeemsBy(code, whose, ...given)],
  },
  'cache.redeems-for-seventh-resource-at-token-service': {
    does: 'tries to redeem codes for the seventh resource of a tenant at the token service itself, and through the broker after that',
    breaks: trust,
    policy: 'redeemsBy',
    instead: (code, whose, provision, audiences) => [
      ...(isSeventh(whose, provision) ? [redeemsThere(code, whose)] : []),
      ...honestCache.redeemsBy(code, whose, provision, audiences),
    ],
  },

  'cache.redeems-codes-when-called': {
    does: 'keeps the code of a trust dialog until there is another call, and redeems it then',
    breaks: trust,
    policy: 'redeemsAtOnce',
    instead: () => false,
  },
  'cache.redeems-codes-of-seventh-resource-when-called': {
    does: 'keeps the code of a trust dialog for the seventh resource of a tenant until there is another call, and redeems it then',
    breaks: trust,
    policy: 'redeemsAtOnce',
    instead: (whose, provision) => !isSeventh(whose, provision),
  },

  'cache.redeems-codes-twice': {
    does: 'redeems each code once more, and drops what comes of it',
    breaks: trust,
    policy: 'asksBeside',
    instead: ({ request, isRenewal }) => (isRenewal ? [] : [request]),
  },
  'cache.renews-after-trust': {
    does: 'renews a token once more when it has come of a trust dialog, and drops what comes of it',
    breaks: trust,
    policy: 'asksBeside',
    instead: ({ entry, isRenewal }, whose, provision) =>
      isRenewal || entry.refresh === undefined
        ? []
        : honestCache.renewsBy({ ...entry, refresh: entry.refresh }, whose, provision),
  },
  'cache.renews-twice': {
    does: 'renews a token once more when it has been renewed, and drops what comes of it',
    breaks: expired,
    policy: 'asksBeside',
    instead: ({ entry, isRenewal }, whose, provision) =>
      isRenewal && entry.refresh !== undefined
        ? honestCache.renewsBy({ ...entry, refresh: entry.refresh }, whose, provision)
        : [],
  },
  'cache.renews-fourth-resource-twice': {
    does: 'sends each renewal for the fourth resource of a tenant twice',
    breaks: expired,
    policy: 'asksBeside',
    instead: ({ request, isRenewal }, whose, provision) => (isRenewal && isFourth(whose, provision) ? [request] : []),
  },

  'cache.stores-renewals-once-data-came': {
    does: 'stores a renewed token once the resource has given data for it, and else forgets it',
    breaks: expired,
    policy: 'storesFirst',
    instead: () => false,
  },
  'cache.stores-renewals-of-fourth-resource-once-data-came': {
    does: 'stores a renewed token for the fourth resource of a tenant once that has given data for it, and else forgets it',
    breaks: expired,
    policy: 'storesFirst',
    instead: (whose, provision) => !isFourth(whose, provision),
  },

  'cache.redeems-before-verifying': {
    does: 'redeems the code of any callback as if it ended the newest trust dialog, and looks afterwards whether it does',
    breaks: verifies,
    policy: 'redeemsFor',
    instead: (pending) => pending.at(-1),
  },
  'cache.redeems-before-verifying-all-of-the-state': {
    does: 'redeems the code of a callback whose state begins like that of a trust dialog, and compares the rest afterwards',
    breaks: verifies,
    policy: 'redeemsFor',
    instead: (pending, state = '') => pending.find((one) => one.state.slice(0, 18) === state.slice(0, 18)),
  },

  'cache.takes-callbacks-again': {
    does: 'redeems the code of a callback as often as it comes',
    breaks: verifies,
    policy: 'isOver',
    instead: () => false,
  },
  'cache.takes-callbacks-again-among-others': {
    does: 'redeems the code of a callback as often as it comes while two other trust dialogs of the realm are open',
    breaks: verifies,
    policy: 'isOver',
    instead: ({ whose }, open) => open.filter((one) => one.whose.realm === whose.realm).length < 3,
  },
} as const satisfies CacheFaults
