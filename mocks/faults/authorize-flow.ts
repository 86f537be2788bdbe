import { decodeForm, valuesOf } from '../../protocols/form.ts'
import { headerOf } from '../../protocols/wire.ts'
import type { Form } from '../broker/policies.ts'
import { honest } from '../broker/policies.ts'
import type { Fault } from './fault.ts'

const upstreamWithout =
  (name: string): typeof honest.upstreamQuery =>
  (client, asked) =>
    honest.upstreamQuery(client, asked).filter(([key]) => key !== name)
const pattern = (text: string) =>
  new RegExp(
    `^${text
      .replaceAll(/[.*+?^$()|[\]{}\\]/g, String.raw`\$&`)
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
  )

const everyday: Form = { method: 'GET', parameters: [], returning: false }
const client = 'authorize.unknown-client'

const atHost = (url: string, host: string | undefined): string =>
  host === undefined || host === '' ? url : url.replace(/^https:\/\/[^/]+/, `https://${host}`)

/** Faults in how a request is read and sent on: version, client, realm, response type, the request upstream. */
export const flowFaults = {
  'broker.omits-secure-of-authorization': {
    does: 'sets the cookie of an authorization without Secure',
    breaks: 'sign-in.tls-only',
    policy: 'cookieAttributes',
    instead: () => 'Path=/; HttpOnly',
  },
  'broker.omits-secure-with-long-states': {
    does: 'sets the cookie of an authorization without Secure where the state has more than 100 characters',
    breaks: 'sign-in.tls-only',
    policy: 'cookieAttributes',
    instead: (asked) => ((asked.state?.length ?? 0) > 100 ? 'Path=/; HttpOnly' : honest.cookieAttributes(asked)),
  },

  'broker.serves-every-version': {
    does: 'serves any version of OAuth the path names',
    breaks: 'authorize.version',
    policy: 'servesVersion',
    instead: () => true,
  },
  'broker.refuses-only-version-1': {
    does: 'refuses version 1 and serves all others',
    breaks: 'authorize.version',
    policy: 'servesVersion',
    instead: (version) => version !== '1',
  },
  'broker.serves-version-by-first-digit': {
    does: 'serves every version that begins with 2',
    breaks: 'authorize.version',
    policy: 'servesVersion',
    instead: (version) => version.startsWith('2'),
  },

  'broker.accepts-unknown-client': {
    does: 'takes the first client for one that it does not know',
    breaks: client,
    policy: 'findClient',
    instead: (clients, id, tenant) => honest.findClient(clients, id, tenant) ?? clients[0],
  },
  'broker.accepts-client-id-by-prefix': {
    does: 'accepts the beginning of a client id',
    breaks: client,
    policy: 'findClient',
    instead: (clients, id, tenant) =>
      honest.findClient(clients, id, tenant) ?? clients.find((one) => id !== '' && one.id.startsWith(id)),
  },
  'broker.accepts-client-id-as-pattern': {
    does: 'compares client ids as an SQL LIKE pattern',
    breaks: client,
    policy: 'findClient',
    instead: (clients, id) => clients.find((one) => pattern(id).test(one.id)),
  },
  'broker.compares-half-the-client-id': {
    does: 'compares the first half of a client id',
    breaks: client,
    policy: 'findClient',
    instead: (clients, id, tenant) =>
      clients.find(
        (one) =>
          id.length === one.id.length &&
          one.id.slice(0, 18) === id.slice(0, 18) &&
          (tenant ?? one.tenant) === one.tenant,
      ),
  },
  'broker.ignores-realm': {
    does: 'ignores the realm that a request names',
    breaks: 'authorize.redirect-bound-to-realm',
    policy: 'findClient',
    instead: (clients, id) => honest.findClient(clients, id, undefined),
  },
  'broker.ignores-unknown-realm': {
    does: 'ignores a realm that it does not know',
    breaks: 'authorize.redirect-bound-to-realm',
    policy: 'findClient',
    instead: (clients, id, tenant) =>
      honest.findClient(clients, id, clients.some((one) => one.tenant === tenant) ? tenant : undefined),
  },
  'broker.ignores-oauth-setting': {
    does: 'lets a client that is not configured for OAuth use it',
    breaks: 'authorize.client-not-oauth',
    policy: 'mayUseOauth',
    instead: () => true,
  },
  'broker.ignores-oauth-setting-of-silent-requests': {
    does: 'lets a client that is not configured for OAuth use it with prompt=none',
    breaks: 'authorize.client-not-oauth',
    policy: 'mayUseOauth',
    instead: (one, { parameters }) =>
      honest.mayUseOauth(one, everyday) || valuesOf(parameters, 'prompt').includes('none'),
  },
  'broker.blames-redirect-first': {
    does: 'looks the redirect URI up before the client',
    breaks: 'authorize.client-before-redirect',
    policy: 'blamesFirst',
    instead: () => 'redirect',
  },
  'broker.blames-redirect-of-malformed-client': {
    does: 'looks the redirect URI up first when the client id is no GUID',
    breaks: 'authorize.client-before-redirect',
    policy: 'blamesFirst',
    instead: (id) => (/^[0-9a-f-]{36}$/i.test(id) ? 'client' : 'redirect'),
  },

  'broker.accepts-any-response-type': {
    does: 'treats every response type as code',
    breaks: 'authorize.code-only',
    policy: 'servesResponseType',
    instead: () => true,
  },
  'broker.accepts-response-types-with-code': {
    does: 'accepts every response type that contains code',
    breaks: 'authorize.code-only',
    policy: 'servesResponseType',
    instead: (type) => type.includes('code'),
  },

  'broker.leaks-secret-upstream': {
    does: 'sends the client secret in the URL of the identity provider',
    breaks: 'authorize.starts-code-flow',
    policy: 'upstreamQuery',
    instead: (one, asked) => [...honest.upstreamQuery(one, asked), ['client_secret', one.secret]],
  },
  'broker.encodes-secret-upstream': {
    does: 'sends the client secret in the URL of the identity provider, in base64 behind the client id',
    breaks: 'token.secret-never-leaves',
    policy: 'upstreamQuery',
    instead: (one, asked) => [
      ...honest.upstreamQuery(one, asked),
      ['hint', Buffer.from(`${one.id}:${one.secret}`).toString('base64url')],
    ],
  },
  'broker.sends-callers-redirect-uri-upstream': {
    does: "sends the caller's redirect URI upstream instead of its own",
    breaks: 'authorize.starts-code-flow',
    policy: 'upstreamQuery',
    instead: (one, asked) => [...upstreamWithout('redirect_uri')(one, asked), ['redirect_uri', asked.redirectUri]],
  },
  'broker.omits-resource-upstream': {
    does: 'forgets the resource on the way upstream',
    breaks: 'authorize.starts-code-flow',
    policy: 'upstreamQuery',
    instead: upstreamWithout('resource'),
  },
  'broker.asks-for-own-resource': {
    does: 'asks for the resource of the client, whatever the caller asks for',
    breaks: 'authorize.starts-code-flow',
    policy: 'upstreamQuery',
    instead: (one, asked) => honest.upstreamQuery(one, { ...asked, resource: undefined }),
  },
  'broker.asks-upstream-for-a-token': {
    does: 'asks upstream for a token in the URL',
    breaks: 'authorize.starts-code-flow',
    policy: 'upstreamQuery',
    instead: (one, asked) => [...upstreamWithout('response_type')(one, asked), ['response_type', 'token']],
  },
  'broker.concatenates-resource-upstream': {
    does: 'pastes the resource into the URL of the identity provider without encoding it',
    breaks: 'authorize.starts-code-flow',
    policy: 'upstreamQuery',
    instead: (one, asked) => [
      ...upstreamWithout('resource')(one, asked),
      ...decodeForm(`resource=${asked.resource ?? one.resource}`),
    ],
  },

  'broker.names-requests-by-client': {
    does: 'gives every request of a client the same state upstream',
    breaks: 'authorize.restores-redirect-and-state',
    policy: 'namesRequest',
    instead: (_, __, { id }) => id,
  },
  'broker.numbers-requests-anew': {
    does: 'numbers its requests upstream, from the beginning after each start',
    breaks: 'realm.no-interference',
    policy: 'namesRequest',
    instead: (_, count) => `request-${count}`,
  },

  'broker.believes-forwarded-host': {
    does: 'takes its own host from X-Forwarded-Host, whoever sends it',
    breaks: 'authorize.starts-code-flow',
    policy: 'callbackOf',
    instead: (one, headers) => atHost(one.callback, headerOf(headers, 'x-forwarded-host')),
  },
  'broker.believes-forwarded-host-with-scheme': {
    does: 'takes its own host from X-Forwarded-Host when a scheme comes along',
    breaks: 'authorize.starts-code-flow',
    policy: 'callbackOf',
    instead: (one, headers) =>
      atHost(one.callback, headerOf(headers, 'x-forwarded-proto') && headerOf(headers, 'x-forwarded-host')),
  },
} as const satisfies Record<`broker.${string}`, Fault>
