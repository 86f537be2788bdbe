import type { HttpResponse } from 'msw'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import type { Provision } from '../../../fixtures/world/provision.ts'
import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import { makeSigner } from '../../../fixtures/world/signing.ts'
import type { Clock } from '../../../protocols/clock.ts'
import type { SamlVersion } from '../../../protocols/saml/assertion.ts'
import type { Signer } from '../../../protocols/signature/sign.ts'
import type { Expiring } from '../../expiring.ts'
import { expiring } from '../../expiring.ts'
import type { HeldAnswers } from '../../sts/held.ts'
import { makeHeldAnswers } from '../../sts/held.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import type { Lifetimes as Sold } from '../../sts/lifetimes.ts'
import { documented } from '../../sts/lifetimes.ts'
import type { Asserted } from './asserted.ts'

/** The two generations of endpoints: v1 asks by `resource`, v2 by `scope`. */
export type Version = 1 | 2

/** How the browser carries an answer back. */
export type ResponseMode = 'query' | 'fragment' | 'form_post'

/** What an answer of the authorization endpoint brings. */
export type ResponseType = 'code' | 'code id_token' | 'id_token'

/** What proves at the token endpoint that the redeemer of a code also asked for it (RFC 7636). */
export type Challenge = { method: 'plain' | 'S256'; value: string }

/** What OAuth and OpenID Connect have asked for while a page of the provider's own is open. */
export type SignIn = {
  /** Admin consent alone earns no code. */
  endpoint: 'authorize' | 'adminconsent'
  version: Version
  /** Undefined on `common` and `organizations`: there the user decides. */
  tenant: Tenant | undefined
  client: Client
  redirectUri: string
  responseMode: ResponseMode
  responseType: ResponseType
  /** The API whose token is wanted; empty when none was named. */
  resource: string
  /** As asked for; v1 has none. */
  scopes: readonly string[]
  state: string | undefined
  nonce: string | undefined
  challenge: Challenge | undefined
  /** Whose consent is asked for even where it has been given. */
  consent: 'user' | 'admin' | undefined
}

/** What WS-Federation has asked for while a page of the provider's own is open. */
export type PassiveSignIn = {
  endpoint: 'wsfed'
  /** Undefined on `common` and `organizations`: there the user decides. */
  tenant: Tenant | undefined
  client: Client
  /** The party's `wctx`. */
  context: string | undefined
  /** When the session began that needs no page, in ms; undefined where the page is shown. */
  authenticatedAt: number | undefined
  scopes: readonly []
  consent: undefined
}

/** What a service beside the provider wants to know its user for while a page is open; it answers for itself. */
export type NeighbourSignIn = {
  endpoint: 'neighbour'
  tenant: Tenant
  client: Client
  scopes: readonly string[]
  /** Whose consent is asked for even where it has been given. */
  consent: 'user' | undefined
  answer(user: User): Promise<HttpResponse<string | null>> | HttpResponse<string | null>
  /** Answers that the user declined, or could not consent. */
  refuse(because: { code: number; says: string }): HttpResponse<string | null>
}

/** A page that is open: for signing in, or, once there is a user, for consent. `atHome`: the user was proved by a home provider. */
export type OpenPage = (SignIn | PassiveSignIn | NeighbourSignIn) & { user?: User; atHome?: true }

/** Who is signed in, and since when, in ms. */
export type Session = { user: User; since: number }

/** A code that was issued: for whom, and for which request. It stays known after it is spent or has expired. */
export type Code = SignIn & { tenant: Tenant; user: User; /** ms */ expiresAt: number; spent: boolean }

/** A refresh token that was issued. Times are ms; `generation` is that of the user when the grant was made. */
export type RefreshToken = {
  client: Client
  tenant: Tenant
  user: User
  resource: string
  scopes: readonly string[]
  openid: boolean
  grantedAt: number
  issuedAt: number
  generation: number
  spent: boolean
}

/** How long things live, in ms. */
export type Lifetimes = Sold & { code: number }

/** Where the users of a federated tenant sign in; its `issuer` and `certificate` are those of its tokens. */
export type HomeProvider = { issuer: string; endpoint: string; certificate: string }

/** What a universe may change about the provider; each has a default. */
export type Switches = {
  /** Signs this user in at once and without a page, where the own tenant is asked. Default: nobody. */
  auto: User | undefined
  /** Ids of tenants and clients whose users are asked for consent until it is in `consents`. Default: none. */
  asksConsent: Set<string>
  /** Clients that exist in every tenant, beside the application; the others are of one tenant alone. Default: none. */
  multiTenant: Set<Client['id']>
  /** Where a browser may be sent after signing out, beside the reply URL. Default: nowhere. */
  logoutUrls: Set<string>
  /** Whether the token endpoint of v1 signs its id tokens; the documented answer is unsigned. Default: signed. */
  idTokenV1: 'signed' | 'unsigned'
  /** The version of SAML in which WS-Federation is answered. Default: 2.0, as documented. */
  wsfedTokens: SamlVersion
  /** Whether a refresh token serves once. Default: an old one lives on, as documented. */
  spendsRefreshTokens: boolean
  /** The tenants whose users sign in elsewhere. Default: none. */
  homes: Map<Tenant['id'], HomeProvider>
  /** Where the users of every other tenant sign in that is set to federate. Default: nowhere. */
  farm: HomeProvider | undefined
  /** Default: {@link documentedLifetimes}. */
  lifetimes: Lifetimes
}

/** The directories' side of a universe. Sign-in pages live ten minutes, sessions a day. */
export type Entra = Switches & {
  /** Without a trailing slash. */
  origin: string
  clock: Clock
  /** What signs, for every tenant. */
  keys: KeySet
  /** What signs nothing more and is still published, the newest first. */
  oldKeys: KeySet[]
  tenants: readonly Tenant[]
  clients: readonly Client[]
  users: readonly User[]
  /** The reply URL registered for every client but the application: the broker's own callback. */
  replyUrl: string
  /** The broker's own application, which every tenant has. */
  application: Provision['application']
  /** Somebody else with a key, made when first asked for; what forges is signed with it. */
  stranger(): Promise<Signer>
  modes: Map<Tenant['id'], ReadonlySet<HostileModeId>>
  /** Who administers a tenant instead of its first user, by object id. */
  administrators: Map<Tenant['id'], User['objectId']>
  /** What the tokens of a user say instead, by object id. */
  asserted: Map<User['objectId'], Asserted>
  pages: Expiring<OpenPage>
  codes: Expiring<Code>
  refreshTokens: Expiring<RefreshToken>
  /** By the value of the session cookie. */
  sessions: Expiring<Session>
  /** Consent that was given: `tenant client`. */
  consents: Set<string>
  held: HeldAnswers
  /** How often the grants of a user have been revoked, by object id. */
  generations: Map<User['objectId'], number>
}

const minute = 60_000
const day = 1_440 * minute

/** What the product's documents say, and of codes the provider's own. */
export const documentedLifetimes: Lifetimes = {
  ...documented,
  code: 10 * minute,
}

type Given = Pick<Entra, 'origin' | 'clock' | 'keys' | 'tenants' | 'clients' | 'users' | 'replyUrl' | 'application'> &
  Partial<Switches>

const clientOf = ({ id, secret, realm, reply }: Given['application']): Client => ({
  id,
  tenant: '',
  name: 'the broker',
  secret,
  oauth: true,
  tokenService: 'entra',
  resource: realm,
  redirectUris: [reply],
})

const once = <T>(make: () => T): (() => T) => {
  const made: { value?: T } = {}
  return () => (made.value ??= make())
}

/** Opens the directories of these tenants. */
export const makeEntra = (given: Given): Entra => ({
  auto: undefined,
  asksConsent: new Set(),
  logoutUrls: new Set(),
  idTokenV1: 'signed',
  wsfedTokens: '2.0',
  spendsRefreshTokens: false,
  homes: new Map(),
  farm: undefined,
  lifetimes: documentedLifetimes,
  ...given,
  clients: [...given.clients, clientOf(given.application)],
  multiTenant: new Set([...(given.multiTenant ?? []), given.application.id]),
  oldKeys: [],
  stranger: once(() => makeSigner('stranger')),
  modes: new Map(),
  administrators: new Map(),
  asserted: new Map(),
  pages: expiring(given.clock, 10 * minute),
  codes: expiring(given.clock, Infinity),
  refreshTokens: expiring(given.clock, Infinity),
  sessions: expiring(given.clock, day),
  consents: new Set(),
  held: makeHeldAnswers(),
  generations: new Map(),
})

/** Revokes every refresh token of a user, as a changed password or an administrator does. */
export const revokeGrants = ({ generations }: Entra, { objectId }: User): void => {
  generations.set(objectId, (generations.get(objectId) ?? 0) + 1)
}
