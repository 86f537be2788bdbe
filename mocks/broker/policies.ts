import type { Provision } from '../../fixtures/world/provision.ts'
import type { Pairs } from '../../protocols/wire.ts'

/** An OAuth client as the broker knows it. */
export type BrokerClient = Provision['clients'][number]

/** The documented refusals of an authorization request, and the rows of the error table it can end in. */
export type Refusal =
  | 'invalid_client_id'
  | 'invalid_redirect_uri'
  | 'oauth-version'
  | 'authorization-request'
  | 'authorization-response'

/** How a refusal is shown: on a page, at once or behind a redirect to it, or by sending the user somewhere. */
export type Shown = { status: number; behindRedirect: boolean } | { sentTo: string }

/** An authorization request as the caller made it. */
export type Asked = {
  redirectUri: string
  state: string | undefined
  responseType: string
  resource: string | undefined
}

/** A pending authorization request: what the sources keep in the secured cache. */
export type Pending = { client: BrokerClient; asked: Asked; valid: boolean; browser: string }

/** What came back from upstream. */
export type Answer = { code?: string; error?: string; error_description?: string }

/**
 * Every decision of the reference broker, each pure and separate. A fault replaces exactly one of them; so does a lawful
 * variant.
 */
export type Policies = {
  /** Whether this version of OAuth, as the path names it, is served. */
  servesVersion(version: string): boolean
  /** The client of a client id; `tenant` is the realm that the request names, if it names one. */
  findClient(clients: readonly BrokerClient[], id: string, tenant: string | undefined): BrokerClient | undefined
  /** Whether a client may use OAuth at all. */
  mayUseOauth(client: BrokerClient): boolean
  /** Which of two mistakes is told when both client and redirect URI are unknown. */
  blamesFirst(): 'client' | 'redirect'
  /** Of the values sent: the one to validate and the one to use. A repeated or missing parameter gives nothing. */
  readRedirectUri(values: readonly string[]): { validated: string; used: string } | undefined
  /** The URIs among which a client's redirect URI is looked up. */
  registeredFor(client: BrokerClient, clients: readonly BrokerClient[]): readonly string[]
  /** Whether a given URI is a registered one: exact string comparison. */
  matches(given: string, registered: string): boolean
  /** Whether the redirect URI is validated before the user is sent to sign in. */
  validatesFirst(): boolean
  /** Whether a response type is served. */
  servesResponseType(responseType: string): boolean
  /** The query of the request upstream, but for the state. */
  upstreamQuery(client: BrokerClient, asked: Asked): Pairs
  /** The state as it is kept. */
  keepState(state: string): string
  /** How long a pending request lives, in ms. */
  pendingFor(): number
  /** Whether a pending request is spent by its callback. */
  spends(): boolean
  /** The pending request of a callback; `known` is the one with its state, `newest` the last that was begun. */
  findPending(known: Pending | undefined, newest: Pending | undefined, state: string | undefined): Pending | undefined
  /** Whether a callback comes from the browser that began the request: `marks` are those that its cookies carry. */
  sameBrowser(begun: string, marks: readonly string[]): boolean
  /** Where the answer goes. */
  destination(pending: Pending): string
  /** Whether a refusal upstream is relayed to the caller, or told on a page. */
  relaysRefusal(): boolean
  /** The parameters that go back to the caller. */
  giveBack(answer: Answer, state: string | undefined): Pairs
  /** How a refusal reaches the user; `given` is the caller's redirect URI. */
  show(refusal: Refusal, given: string): Shown
  /** The text of a refusal. */
  wording(refusal: Refusal): string
}

const wordings: Record<Refusal, string> = {
  invalid_client_id: 'Bad Request: invalid_client_id',
  invalid_redirect_uri: 'Bad Request: invalid_redirect_uri',
  'oauth-version': 'The version of OAuth used is not supported.',
  'authorization-request': 'An error occurred while processing an authorization request',
  'authorization-response': 'An error occurred while processing an authorization response',
}

/** The policies of an honest broker. */
export const honest: Policies = {
  servesVersion: (version) => version === '2',
  findClient: (clients, id, tenant) =>
    clients.find((client) => client.id === id && (tenant === undefined || client.tenant === tenant)),
  mayUseOauth: ({ oauth }) => oauth,
  blamesFirst: () => 'client',
  readRedirectUri: ([first, ...more]) =>
    first === undefined || first === '' || more.length > 0 ? undefined : { validated: first, used: first },
  registeredFor: (client) => client.redirectUris,
  matches: (given, registered) => given === registered,
  validatesFirst: () => true,
  servesResponseType: (responseType) => responseType === 'code',
  upstreamQuery: (client, { resource }) => [
    ['client_id', client.id],
    ['response_type', 'code'],
    ['redirect_uri', client.callback],
    ['resource', resource ?? client.resource],
  ],
  keepState: (state) => state,
  pendingFor: () => 600_000,
  spends: () => true,
  findPending: (known) => known,
  sameBrowser: (begun, marks) => marks.includes(begun),
  destination: ({ asked }) => asked.redirectUri,
  relaysRefusal: () => true,
  giveBack: ({ code, error, error_description: description }, state) =>
    Object.entries<string | undefined>({ code, error, error_description: description, state }).flatMap(
      ([name, value]): Pairs => (value === undefined ? [] : [[name, value]]),
    ),
  show: () => ({ status: 400, behindRedirect: true }),
  wording: (refusal) => wordings[refusal],
}
