import type { BrokerClient } from '../broker/policies.ts'
import type { TokenAsked, TokenGiven } from '../broker/token-policies.ts'
import { honestToken, tenantsIn, withoutField } from '../broker/token-policies.ts'
import type { TokenFaults } from './token-fault.ts'
import { namedIn } from './token-request.ts'

const chooses = 'token.state-never-chooses'
const callers = 'token.ignores-callers-endpoint'
const leaves = 'token.secret-never-leaves'

const renews = ({ grant }: TokenAsked) => grant.type === 'refresh_token'

/** The endpoint that the caller names, where it is one, and is not the broker's own. */
const namedBy = ({ tokenEndpoint }: TokenAsked, { callback }: BrokerClient): string | undefined =>
  URL.canParse(tokenEndpoint) && new URL(tokenEndpoint).origin !== new URL(callback).origin ? tokenEndpoint : undefined

/** The form of a grant with a field of another value. */
const withField = (client: BrokerClient, asked: TokenAsked, name: string, value: string) =>
  honestToken.grantFor(client, asked).map(([key, old]): [string, string] => [key, key === name ? value : old])

const withoutRefreshToken = (given: TokenGiven) => withoutField(given, 'refresh_token')

/** Faults in what the token endpoint is asked, in whose token is handed over, to whom, and in how a failure is told. */
export const tokenGrantFaults = {
  'broker.asks-callers-endpoint': {
    does: 'redeems at the TokenEndpointUrl of the caller',
    breaks: callers,
    policy: 'endpointFor',
    instead: (client, asked) => namedBy(asked, client) ?? client.tokenEndpoint,
  },
  'broker.asks-longer-endpoints': {
    does: 'redeems at a TokenEndpointUrl of the caller that begins with the configured one',
    breaks: callers,
    policy: 'endpointFor',
    instead: (client, asked) =>
      asked.tokenEndpoint.startsWith(client.tokenEndpoint) ? asked.tokenEndpoint : client.tokenEndpoint,
  },

  'broker.asks-behind-callers-endpoint': {
    does: 'redeems at a place behind the TokenEndpointUrl of the caller',
    breaks: callers,
    policy: 'endpointFor',
    instead: (client, asked) => {
      const named = namedBy(asked, client)
      return named === undefined ? client.tokenEndpoint : `${named}/token`
    },
  },

  'broker.grants-without-awaiting': {
    does: 'asks the token endpoint for what a refused request wants, once it has refused it',
    breaks: 'token.unregistered-redirect',
    policy: 'asksBeside',
    instead: (client, asked, { refused }) => (refused ? [honestToken.grantFor(client, asked)] : []),
  },
  'broker.grants-renewals-without-awaiting': {
    does: 'asks the token endpoint for what a refused renewal wants, once it has refused it',
    breaks: 'token.unregistered-redirect',
    policy: 'asksBeside',
    instead: (client, asked, { refused }) => (refused && renews(asked) ? [honestToken.grantFor(client, asked)] : []),
  },
  'broker.grants-as-itself-without-awaiting': {
    does: 'asks the token endpoint in its own name for what a refused request wants, once it has refused it',
    breaks: 'token.secret-only-after-validation',
    policy: 'asksBeside',
    instead: (client, asked, { refused, application: { id, secret } }) =>
      refused ? [honestToken.grantFor({ ...client, id, secret }, asked)] : [],
  },

  'broker.sends-both-redirect-uris': {
    does: "sends the caller's redirect URI along with its own, for the third and those behind it",
    breaks: 'token.redeems',
    policy: 'grantFor',
    instead: (client, asked) => [
      ...honestToken.grantFor(client, asked),
      ...(client.redirectUris.indexOf(asked.redirectUri) > 1 ? [['redirect_uri', asked.redirectUri] as [string, string]] : []), // prettier-ignore
    ],
  },
  'broker.forwards-callers-secret': {
    does: 'redeems with the ClientSecret of the caller where it sends one',
    breaks: leaves,
    policy: 'grantFor',
    instead: (client, asked) => withField(client, asked, 'client_secret', asked.clientSecret || client.secret),
  },
  'broker.forwards-callers-secret-of-renewals': {
    does: 'renews with the ClientSecret of the caller where it sends one',
    breaks: leaves,
    policy: 'grantFor',
    instead: (client, asked) =>
      withField(client, asked, 'client_secret', (renews(asked) && asked.clientSecret) || client.secret),
  },
  'broker.redeems-for-resource-of-client': {
    does: "asks for the client's own resource whatever Resource says",
    breaks: 'token.audience',
    policy: 'grantFor',
    instead: (client, asked) => withField(client, asked, 'resource', client.resource),
  },
  'broker.renews-for-resource-of-client': {
    does: "renews for the client's own resource whatever Resource says",
    breaks: 'token.audience',
    policy: 'grantFor',
    instead: (client, asked) =>
      renews(asked) ? withField(client, asked, 'resource', client.resource) : honestToken.grantFor(client, asked),
  },

  'broker.renews-by-oldest-token': {
    does: 'renews by the oldest refresh token that it still knows of the client',
    breaks: 'realm.no-interference',
    policy: 'refreshesWith',
    instead: (given, handed) => handed[0] ?? given,
  },
  'broker.renews-by-newest-token': {
    does: 'renews by the newest refresh token that the client was handed, whoever of its users asks',
    breaks: 'realm.no-interference',
    policy: 'refreshesWith',
    instead: (given, handed) => handed.at(-1) ?? given,
  },

  'broker.hands-over-tokens-of-any-realm': {
    does: 'hands over a token of whatever tenant',
    breaks: 'token.realm-of-user',
    policy: 'isOfRealm',
    instead: () => true,
  },
  'broker.looks-at-realm-of-id-tokens-only': {
    does: 'looks at the tenant of the id token alone',
    breaks: 'token.realm-of-user',
    policy: 'isOfRealm',
    instead: ({ id_token: id }, { tenant }) => tenantsIn({ id_token: id }).every((one) => one === tenant),
  },
  'broker.compares-half-the-realm': {
    does: 'compares the first half of the tenant of a token',
    breaks: 'token.realm-of-user',
    policy: 'isOfRealm',
    instead: (given, { tenant }) => tenantsIn(given).every((one) => String(one).slice(0, 18) === tenant.slice(0, 18)),
  },

  'broker.quotes-tokens-of-other-realms': {
    does: 'refuses a token of another tenant on a page that shows it',
    breaks: 'token.realm-of-user',
    policy: 'quotesForeign',
    instead: ({ access_token: token }) => String(token),
  },
  'broker.quotes-tokens-of-near-realms': {
    does: 'refuses a token of another tenant on a page that shows it where the tenants begin alike',
    breaks: 'token.realm-of-user',
    policy: 'quotesForeign',
    instead: (given, { tenant }) =>
      tenantsIn(given).every((one) => String(one).slice(0, 4) === tenant.slice(0, 4))
        ? String(given['access_token'])
        : undefined,
  },

  'broker.hands-over-tokens-of-its-own': {
    does: 'hands over a token of its own making',
    breaks: 'token.redeems',
    policy: 'handsOver',
    instead: (given) => ({ ...given, access_token: `own.${String(given['access_token'])}` }),
  },
  'broker.truncates-tokens-of-long-uris': {
    does: 'cuts the token off for a redirect URI of more than 100 characters',
    breaks: 'token.redeems',
    policy: 'handsOver',
    instead: (given, _, { redirectUri }) => ({
      ...given,
      access_token: String(given['access_token']).slice(0, redirectUri.length > 100 ? 255 : undefined),
    }),
  },
  'broker.hands-over-client-secret': {
    does: 'hands over the client secret with the token',
    breaks: leaves,
    policy: 'handsOver',
    instead: (given, { secret }) => ({ ...given, client_secret: secret }),
  },
  'broker.hands-over-secret-with-long-states': {
    does: 'hands over the client secret, in base64, with the token of a State of more than 255 characters',
    breaks: leaves,
    policy: 'handsOver',
    instead: (given, { secret }, { state }) => ({
      ...given,
      ...(state.length > 255 && { trace: Buffer.from(`secret ${secret}`).toString('base64') }),
    }),
  },
  'broker.keeps-rotated-refresh-tokens': {
    does: 'hands over no refresh token with a renewal',
    breaks: 'token.refreshes',
    policy: 'handsOver',
    instead: (given, _, asked) => (renews(asked) ? withoutRefreshToken(given) : given),
  },
  'broker.repeats-old-refresh-tokens': {
    does: 'hands over the old refresh token with a renewal',
    breaks: 'token.refreshes',
    policy: 'handsOver',
    instead: (given, _, asked) => (renews(asked) ? { ...given, refresh_token: asked.grant.value } : given),
  },
  'broker.drops-refresh-tokens-of-other-resources': {
    does: "hands over no refresh token with a renewal for another resource than the client's own",
    breaks: 'token.refreshes',
    policy: 'handsOver',
    instead: (given, { resource }, asked) =>
      renews(asked) && asked.resource !== resource ? withoutRefreshToken(given) : given,
  },

  'broker.posts-tokens-to-first-uri': {
    does: 'posts the token to the first redirect URI of the client',
    breaks: 'token.redeems',
    policy: 'delivers',
    instead: ({ redirectUris }) => ({ postedTo: redirectUris[0] ?? '' }),
  },
  'broker.posts-tokens-to-state': {
    does: 'posts the token to the redirect URI that State names',
    breaks: chooses,
    policy: 'delivers',
    instead: (_, { state, redirectUri }) => ({ postedTo: namedIn(state, 'uri')[0] ?? redirectUri }),
  },
  'broker.posts-tokens-to-the-end-of-state': {
    does: 'posts the token to the last redirect URI of a State that names several',
    breaks: chooses,
    policy: 'delivers',
    instead: (_, { state }) => {
      const named = namedIn(state, 'uri')
      return named.length > 1 ? { postedTo: named.at(-1) ?? '' } : 'answer'
    },
  },

  'broker.omits-what-token-endpoint-said': {
    does: 'does not tell what the token endpoint said when it refused',
    breaks: 'token.relays-failure',
    policy: 'tellsFailure',
    instead: () => 'it failed',
  },
  'broker.omits-what-token-endpoint-said-of-renewals': {
    does: 'does not tell what the token endpoint said when it refused to renew',
    breaks: 'token.relays-failure',
    policy: 'tellsFailure',
    instead: (said, client, asked) => (renews(asked) ? 'it failed' : honestToken.tellsFailure(said, client, asked)),
  },
} as const satisfies TokenFaults
