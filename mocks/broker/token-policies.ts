import { decodeJwt } from 'jose'
import { valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { grantFor } from './grant.ts'
import type { BrokerClient, Refusal } from './policies.ts'

/** A token request as the broker understands it: what is given for a token, by whom, and for which API. */
export type TokenAsked = {
  /** A code, or a refresh token where the form has one in its place. */
  grant: { type: 'authorization_code' | 'refresh_token'; value: string }
  clientId: string
  /** The client in whose name the token endpoint is asked, where it is another than the one that is validated. */
  asks?: string
  redirectUri: string
  resource: string | undefined
  /** The rest of what the caller says, which chooses nothing. */
  state: string
  tokenEndpoint: string
  clientSecret: string
  /** The realm that the path names, if it names one. */
  realm: string | undefined
}

/** What a token endpoint answered with, when it handed out a token. */
export type TokenGiven = Record<string, unknown>

/** What else is known when something is asked beside: whether the request is refused, and the broker's own application. */
export type Beside = { refused: boolean; application: Pick<BrokerClient, 'id' | 'secret'> }

/** How the token gets to the party: in the answer, or as a form that its browser posts to a URL. */
export type Delivery = 'answer' | { postedTo: string }

/**
 * Every decision on a token request of the reference broker, each pure and separate. A fault replaces exactly one of them;
 * so does a lawful variant.
 *
 * @see TRUST: Access Token Flow
 */
export type TokenPolicies = {
  /** Whether this version of OAuth, as the path names it, is served. */
  servesVersion(version: string): boolean
  /** The request in a form; `undefined` when a field is missing, or given more than once. */
  reads(form: Pairs, realm: string | undefined): TokenAsked | undefined
  /** Under which name the answer is shared with requests that come while it is worked out; `undefined`: with none. */
  sharesAnswer(asked: TokenAsked): string | undefined
  /** The client of a request. */
  findClient(clients: readonly BrokerClient[], asked: TokenAsked): BrokerClient | undefined
  /** What the refusal of an unknown client is told as. */
  blamesClient(asked: TokenAsked): Refusal
  /** Whether a client is configured for OAuth. */
  mayUseOauth(client: BrokerClient, asked: TokenAsked): boolean
  /** Whether a party is registered for redirect URI, client and realm. */
  isRegistered(client: BrokerClient, asked: TokenAsked, clients: readonly BrokerClient[]): boolean
  /** Whether all that is validated before the token endpoint is asked, and not after. */
  validatesFirst(asked: TokenAsked): boolean
  /** Whose token endpoint is asked: a URL. */
  endpointFor(client: BrokerClient, asked: TokenAsked): string
  /** The refresh token that is sent on: the caller's; `handed` are those that the client was handed before, the newest last. */
  refreshesWith(given: string, handed: readonly string[]): string
  /** The form that the token endpoint is asked with. */
  grantFor(client: BrokerClient, asked: TokenAsked): Pairs
  /** What the token endpoint is asked beside, once the caller has been answered; nobody waits for it. */
  asksBeside(client: BrokerClient, asked: TokenAsked, beside: Beside): readonly Pairs[]
  /** Whether a token belongs to the realm of the client. */
  isOfRealm(given: TokenGiven, client: BrokerClient, asked: TokenAsked): boolean
  /** What is quoted of a token that belongs to another realm when it is refused, if anything. */
  quotesForeign(given: TokenGiven, client: BrokerClient): string | undefined
  /** What of an answer the party is handed. */
  handsOver(given: TokenGiven, client: BrokerClient, asked: TokenAsked): TokenGiven
  /** How the party gets it. */
  delivers(client: BrokerClient, asked: TokenAsked): Delivery
  /** What is told of what a token endpoint said, in one line, when it handed out nothing. */
  tellsFailure(said: string, client: BrokerClient, asked: TokenAsked): string
}

const fields = ['ClientId', 'RedirectUri', 'Resource', 'State', 'TokenEndpointUrl', 'ClientSecret'] as const

/** The policies of an honest broker. */
export const honestToken: TokenPolicies = {
  servesVersion: (version) => version === '2',
  reads(form, realm) {
    if ([...fields, 'AuthorizationCode', 'RefreshToken'].some((name) => valuesOf(form, name).length > 1))
      return undefined
    const one = (name: string) => valuesOf(form, name)[0]
    const [code, token, clientId, redirectUri] = ['AuthorizationCode', 'RefreshToken', 'ClientId', 'RedirectUri'].map(one) // prettier-ignore
    if ((code === undefined) === (token === undefined) || clientId === undefined || redirectUri === undefined) {
      return undefined
    }
    return {
      grant: { type: token === undefined ? 'authorization_code' : 'refresh_token', value: token ?? code ?? '' },
      clientId,
      redirectUri,
      resource: one('Resource'),
      state: one('State') ?? '',
      tokenEndpoint: one('TokenEndpointUrl') ?? '',
      clientSecret: one('ClientSecret') ?? '',
      realm,
    }
  },
  sharesAnswer: () => undefined,
  findClient: (clients, { clientId }) => clients.find(({ id }) => id === clientId),
  blamesClient: () => 'invalid_client_id',
  mayUseOauth: ({ oauth }) => oauth,
  isRegistered: ({ redirectUris, tenant }, { redirectUri, realm = tenant }) =>
    realm === tenant && redirectUris.includes(redirectUri),
  validatesFirst: () => true,
  endpointFor: ({ tokenEndpoint }) => tokenEndpoint,
  refreshesWith: (given) => given,
  grantFor: (client, { grant, resource }) =>
    grantFor(
      client,
      [
        ['grant_type', grant.type],
        ...(grant.type === 'refresh_token'
          ? ([['refresh_token', grant.value]] satisfies Pairs)
          : ([['code', grant.value], ['redirect_uri', client.callback]] satisfies Pairs)), // prettier-ignore
      ],
      resource ?? client.resource,
    ),
  asksBeside: () => [],
  isOfRealm: (given, { tenant }) => tenantsIn(given).every((one) => one === tenant),
  quotesForeign: () => undefined,
  handsOver: (given) => given,
  delivers: () => 'answer',
  tellsFailure: (said) => said.split(/[\r\n]/, 1)[0] ?? '',
}

/** The tenants that the tokens of an answer name: those that are JWTs (RFC 7519); an opaque token names none. */
export const tenantsIn = (given: TokenGiven): unknown[] =>
  [given['id_token'], given['access_token']].flatMap((token) => {
    const { tid } = payloadOf(token)
    return tid === undefined ? [] : [tid]
  })

/** An answer without one of its fields. */
export const withoutField = (given: TokenGiven, name: string): TokenGiven =>
  Object.fromEntries(Object.entries(given).filter(([one]) => one !== name))

const payloadOf = (token: unknown): { tid?: unknown } => {
  try {
    return decodeJwt(String(token))
  } catch {
    return {}
  }
}
