import { honest } from '../broker/policies.ts'
import type { Fault } from './fault.ts'

const upstreamWithout =
  (name: string): typeof honest.upstreamQuery =>
  (client, asked) =>
    honest.upstreamQuery(client, asked).filter(([key]) => key !== name)
const decoded = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
const pattern = (text: string) =>
  new RegExp(
    `^${text
      .replaceAll(/[.*+?^$()|[\]{}\\]/g, String.raw`\$&`)
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
  )

const state = 'authorize.restores-redirect-and-state'
const client = 'authorize.unknown-client'

/** Faults in the rest of the authorize flow: client, realm, version, upstream request, state, callback and answer. */
export const flowFaults = {
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
    instead: (clients, id) =>
      clients.find((one) => id.length === one.id.length && one.id.slice(0, 18) === id.slice(0, 18)),
  },
  'broker.ignores-realm': {
    does: 'ignores the realm that a request names',
    breaks: 'authorize.redirect-bound-to-realm',
    policy: 'findClient',
    instead: (clients, id) => honest.findClient(clients, id, undefined),
  },
  'broker.ignores-oauth-setting': {
    does: 'lets a client that is not configured for OAuth use it',
    breaks: 'authorize.client-not-oauth',
    policy: 'mayUseOauth',
    instead: () => true,
  },
  'broker.blames-redirect-first': {
    does: 'looks the redirect URI up before the client',
    breaks: 'authorize.client-before-redirect',
    policy: 'blamesFirst',
    instead: () => 'redirect',
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
  'broker.asks-upstream-for-a-token': {
    does: 'asks upstream for a token in the URL',
    breaks: 'authorize.starts-code-flow',
    policy: 'upstreamQuery',
    instead: (one, asked) => [...upstreamWithout('response_type')(one, asked), ['response_type', 'token']],
  },

  'broker.omits-state': {
    does: 'gives no state back',
    breaks: state,
    policy: 'giveBack',
    instead: (answer) => honest.giveBack(answer, undefined),
  },
  'broker.trims-state': {
    does: 'trims white space from the state',
    breaks: state,
    policy: 'keepState',
    instead: (text) => text.trim(),
  },
  'broker.truncates-state': {
    does: 'keeps 255 characters of the state',
    breaks: state,
    policy: 'keepState',
    instead: (text) => text.slice(0, 255),
  },
  'broker.decodes-state': {
    does: 'percent-decodes the state once more',
    breaks: state,
    policy: 'keepState',
    instead: decoded,
  },
  'broker.turns-plus-into-space': {
    does: 'turns + in the state into a space',
    breaks: state,
    policy: 'keepState',
    instead: (text) => text.replaceAll('+', ' '),
  },
  'broker.mints-codes-of-its-own': {
    does: "replaces the upstream's code by one of its own",
    breaks: state,
    policy: 'giveBack',
    instead: (answer, text) =>
      honest.giveBack({ ...answer, ...(answer.code !== undefined && { code: `own-${answer.code.length}` }) }, text),
  },
  'broker.answers-newest-request': {
    does: 'gives every answer to the request that was begun last',
    breaks: state,
    policy: 'findPending',
    instead: (known, newest) => known && newest,
  },
  'broker.answers-first-registered-uri': {
    does: 'sends every answer to the first registered redirect URI',
    breaks: 'authorize.many-uris',
    policy: 'destination',
    instead: (pending) => pending.client.redirectUris[0] ?? '',
  },
  'broker.drops-query-of-destination': {
    does: 'drops the query of a registered redirect URI',
    breaks: 'authorize.many-uris',
    policy: 'destination',
    instead: ({ asked }) => asked.redirectUri.split('?', 1)[0] ?? '',
  },

  'broker.guesses-unknown-request': {
    does: 'takes the newest request for a callback that matches none',
    breaks: 'authorize.callback-unknown',
    policy: 'findPending',
    instead: (known, newest) => known ?? newest,
  },
  'broker.guesses-missing-state': {
    does: 'takes the newest request for a callback without state',
    breaks: 'authorize.callback-unknown',
    policy: 'findPending',
    instead: (known, newest, text) => (text === undefined ? newest : known),
  },
  'broker.reuses-requests': {
    does: 'answers a callback that was answered before',
    breaks: 'authorize.callback-unknown',
    policy: 'spends',
    instead: () => false,
  },
  'broker.keeps-requests-forever': {
    does: 'never forgets a pending request',
    breaks: 'authorize.callback-unknown',
    policy: 'pendingFor',
    instead: () => Number.POSITIVE_INFINITY,
  },
  'broker.ignores-browser': {
    does: 'answers a callback in a browser that did not begin the request',
    breaks: 'authorize.callback-unknown',
    policy: 'sameBrowser',
    instead: () => true,
  },

  'broker.turns-refusal-into-code': {
    does: 'gives the caller a code though the user was refused',
    breaks: 'authorize.relays-refusal',
    policy: 'giveBack',
    instead: (answer, text) => honest.giveBack({ code: answer.code ?? 'none' }, text),
  },
  'broker.omits-state-of-refusal': {
    does: 'relays a refusal without the state',
    breaks: 'authorize.relays-refusal',
    policy: 'giveBack',
    instead: (answer, text) => honest.giveBack(answer, answer.code === undefined ? undefined : text),
  },
} as const satisfies Record<`broker.${string}`, Fault>
