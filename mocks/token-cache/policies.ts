import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Pairs } from '../../protocols/wire.ts'

/** Something that users are given data of. */
export type Resource = CacheProvision['resources'][number]

/** Whose token is wanted, and for what: a user of a realm, the service account of the cache, or the app alone, at a resource. */
export type Whose = { user: string; realm: string; resource: Resource; as: 'user' | 'service' | 'app' }

/** What a token endpoint handed out. */
export type Given = Readonly<Record<string, unknown>>

/** What is stored of a token. Times are ms; `trustedAt` is when the user completed the trust dialog. */
export type Entry = {
  access: string
  refresh: string | undefined
  trustedAt: number
  receivedAt: number
  expiresAt: number
}

/** A trust dialog that was offered and has not come back. */
export type Pending = { whose: Whose; state: string }

/** A bearer token that somebody calls with. */
export type Inbound = { header: Readonly<Record<string, unknown>>; claims: Readonly<Record<string, unknown>> }

/** Why a renewal came to nothing: the token was refused, or the broker or what is behind it failed. */
export type Failure = 'refused' | 'failed'

/** A request for a token at an endpoint. */
export type TokenRequest = { url: string; form: Pairs; headers?: Pairs }

/** A token that came: of which request, what is stored of it, and whether it is a renewal. */
export type Got = { request: TokenRequest; entry: Entry; isRenewal: boolean }

/**
 * Every decision of the reference token cache, each pure and separate. A fault replaces exactly one of them; so does a lawful
 * variant.
 *
 * @see OAUTH: Token Conditions; Access Token; Refresh Token; Inbound OAuth
 */
export type CachePolicies = {
  /** When an access token expires, in ms, by what came with it. */
  expiryOf(given: Given, receivedAt: number): number
  /** Whether a token is renewed before it is used; `callers` is how many call with it at the same time, this one among them. */
  isDue(entry: Entry, now: number, whose: Whose, callers: number): boolean
  /** A stored token as it is read; `restarted` for the first time since the cache began. */
  reads(entry: Entry, now: number, restarted: boolean): Entry
  /** What is stored of what a token endpoint handed out, `old` being renewed; `undefined`: nothing is. */
  stores(given: Given, whose: Whose, at: { receivedAt: number; expiresAt: number }, old?: Entry): Entry | undefined
  /** What a call is made with right after a renewal. */
  usesOf(renewed: Entry, old: Entry): string
  /** Under which name a token is stored. */
  keyOf(whose: Whose): string
  /** What a call is made with when there is no token, out of all that are stored; `undefined`: nothing, and trust is asked for. */
  standsIn(whose: Whose, all: ReadonlyMap<string, Entry>): string | undefined
  /** Whether whoever has no token is offered the trust dialog. */
  offersTrust(whose: Whose, provision: CacheProvision): boolean
  /** Where the trust dialog begins. */
  trustAt(whose: Whose, provision: CacheProvision): string
  /** What stands on the trust URL beside what every authorization request has. */
  trustParameters(whose: Whose, provision: CacheProvision): Pairs
  /** The trust dialog that a callback belongs to. */
  findPending(pending: readonly Pending[], state: string | undefined): Pending | undefined
  /** The trust dialog as whose end a code is redeemed for nothing, where it belongs to none. */
  redeemsFor(pending: readonly Pending[], state: string | undefined): Pending | undefined
  /** Whether a trust dialog that has come back is over; `open` are all that were, itself among them. */
  isOver(back: Pending, open: readonly Pending[]): boolean
  /** Whether a code is redeemed when it comes back, and not once there is another call. */
  redeemsAtOnce(whose: Whose, provision: CacheProvision): boolean
  /** The requests for the redemption of a code, one after the other until one hands out a token. */
  redeemsBy(code: string, whose: Whose, provision: CacheProvision, audiences: readonly string[]): TokenRequest[]
  /** What else is asked of token endpoints once a token came, and of no use. */
  asksBeside(got: Got, whose: Whose, provision: CacheProvision): TokenRequest[]
  /** Whether a renewed token is stored before a resource is called with it, and not once that has given data. */
  storesFirst(whose: Whose, provision: CacheProvision): boolean
  /** The requests for a renewal, one after the other until one hands out a token. */
  renewsBy(entry: Entry & { refresh: string }, whose: Whose, provision: CacheProvision): TokenRequest[]
  /** What is kept of a token that could not be renewed. */
  keepsAfter(failure: Failure, entry: Entry, now: number): Entry | undefined
  /** Whether a stored token is still looked at; `restarted` for the first time since the cache began. */
  remembers(entry: Entry, now: number, restarted: boolean): boolean
  /** What is done where a renewal is due and there is no refresh token. */
  withoutRefresh(entry: Entry, now: number): 'use' | 'trust' | 'fail'
  /** The names of other tokens that are forgotten after a refusal, out of all. */
  forgetsAlso(whose: Whose, all: readonly string[]): readonly string[]
  /** Under which name renewals are shared that are asked for at the same time; `undefined`: with none. */
  sharesRenewal(whose: Whose, provision: CacheProvision): string | undefined
  /** Whether a call waits until the renewals are over that are under way, by the names under which they are shared. */
  waitsFor(whose: Whose, underWay: readonly string[]): boolean
  /** By whose tokens an app-only token is asked for, in order, out of all who have one; `kept` is the app-only token that came last. */
  vouchedBy(whose: Whose, owners: readonly Whose[], kept: Entry | undefined, now: number): readonly Whose[]
  /** The token that a call is made with, by the own one and all that are stored. */
  callsWith(whose: Whose, own: string, all: ReadonlyMap<string, Entry>): string
  /** A token that a call is made with again which the resource has refused; `undefined`: none. */
  afterDenial(whose: Whose, all: ReadonlyMap<string, Entry>): string | undefined
  /** What is asked for as resource: nothing where a resource has no audience; `undefined`: the resource is not served. */
  asksFor(whose: Whose, provision: CacheProvision): readonly string[] | undefined
  /** Whether a caller's token is signed as it must be. `verified`: it is, by RS256 and the key that it names. */
  trustsSignature(inbound: Inbound, verified: boolean): boolean
  /** Whether a caller's token is valid at a time. */
  isCurrent(inbound: Inbound, now: number): boolean
  /** Whether a caller's token is for the cache. */
  isMeantForUs(inbound: Inbound, provision: CacheProvision): boolean
  /** The realm of a caller's token, by its issuer. */
  realmOf(inbound: Inbound, provision: CacheProvision): string | undefined
  /** As whose token a caller's own is stored; `undefined`: it is not. */
  keepsInbound(inbound: Inbound, realm: string, resources: readonly Resource[]): Whose | undefined
}

/** How long before its end a token is renewed, in ms. Nothing configures it. */
export const refreshWindow = 60_000

/** The policies of an honest cache. */
export const honestCache: CachePolicies = {
  expiryOf: (given, receivedAt) => Math.min(...expiriesIn(given, receivedAt)),
  isDue: ({ expiresAt }, now) => expiresAt - now <= refreshWindow,
  reads: (entry) => entry,
  stores: (given, _, { receivedAt, expiresAt }, old) => ({
    access: String(given['access_token']),
    refresh: typeof given['refresh_token'] === 'string' ? given['refresh_token'] : old?.refresh,
    trustedAt: old?.trustedAt ?? receivedAt,
    receivedAt,
    expiresAt,
  }),
  usesOf: ({ access }) => access,
  keyOf: ({ user, realm, resource, as }) => JSON.stringify([as, realm, user, resource.id]),
  standsIn: () => undefined,
  offersTrust: () => true,
  trustAt: (_, { broker }) => broker.authorizationEndpoint,
  trustParameters: ({ as }) => (as === 'service' ? [['prompt', 'true']] : []),
  findPending: (pending, state) => pending.find((one) => one.state === state),
  redeemsFor: () => undefined,
  isOver: () => true,
  redeemsAtOnce: () => true,
  redeemsBy: (code, whose, provision, audiences) => [
    {
      url: provision.broker.tokenEndpoint,
      form: tokenForm(whose, provision, ['AuthorizationCode', code], audiences),
    },
  ],
  asksBeside: () => [],
  storesFirst: () => true,
  renewsBy: ({ refresh }, whose, provision) => [
    {
      url: provision.broker.tokenEndpoint,
      form: tokenForm(whose, provision, ['RefreshToken', refresh], [whose.resource.audience ?? []].flat()),
    },
  ],
  keepsAfter: (failure, entry) => (failure === 'failed' ? entry : undefined),
  remembers: () => true,
  withoutRefresh: ({ expiresAt }, now) => (now < expiresAt ? 'use' : 'trust'),
  forgetsAlso: () => [],
  sharesRenewal: (whose) => honestCache.keyOf(whose),
  waitsFor: () => false,
  vouchedBy: ({ realm }, owners) => owners.filter((owner) => owner.realm === realm),
  callsWith: (_, own) => own,
  afterDenial: () => undefined,
  asksFor: ({ resource: { audience } }) => (audience === undefined ? [] : [audience]),
  trustsSignature: (_, verified) => verified,
  isCurrent: ({ claims: { nbf, exp } }, now) =>
    typeof exp === 'number' &&
    now < exp * 1000 &&
    (nbf === undefined || (typeof nbf === 'number' && nbf * 1000 <= now)),
  isMeantForUs: ({ claims: { aud } }, { inbound }) => inbound.audience.some((one) => one === aud),
  realmOf: ({ claims: { iss } }, { tenants }) => tenants.find(({ issuer }) => issuer === iss)?.id,
  keepsInbound: () => undefined,
}

/**
 * When a token expires by each field that says it and can be read, in ms: no seconds are no lifetime. One of which nothing is
 * said has expired, so that it is renewed before each use.
 */
const expiriesIn = (given: Given, receivedAt: number): number[] => {
  const [within, at] = [secondsIn(given['expires_in']), secondsIn(given['expires_on'])]
  const said = [within === undefined ? [] : receivedAt + within * 1000, at === undefined ? [] : at * 1000].flat()
  return said.length === 0 ? [receivedAt] : said
}

/** Seconds as a number or as text; `undefined` for what is neither. */
export const secondsIn = (said: unknown): number | undefined => {
  const seconds = typeof said === 'string' && said.trim() !== '' ? Number(said) : said
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : undefined
}

/**
 * A token request in the documented form (TRUST: Access Token Flow). `grant` is the code or refresh token, by its field; without an
 * audience the broker goes by the client.
 */
export const tokenForm = (
  { resource }: Whose,
  provision: CacheProvision,
  grant: Pairs[number],
  audiences: readonly string[],
): Pairs => [
  grant,
  ['State', `uri=${provision.callback}|cid=${resource.id}`],
  ['TokenEndpointUrl', provision.broker.tokenEndpoint],
  ['ClientId', resource.id],
  ['ClientSecret', ''],
  ['RedirectUri', provision.callback],
  ...audiences.map((audience): Pairs[number] => ['Resource', audience]),
]
