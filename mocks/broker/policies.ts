import { documentedRows } from '../../fixtures/error-table.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { escapeHtml } from '../html.ts'
import type { Numbers } from './error-numbers.ts'
import { numbersOf } from './error-numbers.ts'

/** An OAuth client as the broker knows it. */
export type BrokerClient = Provision['clients'][number]

/** The documented refusals of an authorization or a token request, and the rows of the error table they can end in. */
export type Refusal =
  | 'invalid_client_id'
  | 'invalid_redirect_uri'
  | 'oauth-version'
  | 'authorization-request'
  | 'authorization-response'
  | 'token-request'

const refusals: Record<Refusal, true> = {
  invalid_client_id: true,
  invalid_redirect_uri: true,
  'oauth-version': true,
  'authorization-request': true,
  'authorization-response': true,
  'token-request': true,
}
/** Whether a text names a refusal. */
export const isRefusal = (text: string | undefined): text is Refusal =>
  text !== undefined && Object.hasOwn(refusals, text)

/** How a refusal is shown: on a page, at once or behind a redirect to it, or by sending the user somewhere. */
export type Shown = { status: number; behindRedirect: boolean; refreshesTo?: string } | { sentTo: string }

/** How an authorization request came: its method, its parameters, and whether the browser has been here before. */
export type Form = { method: 'GET' | 'POST'; parameters: Pairs; returning: boolean }

/** An authorization request as the caller made it. */
export type Asked = {
  redirectUri: string
  state: string | undefined
  responseType: string
  resource: string | undefined
  prompt?: string
}

/** A pending authorization request: what the sources keep in the secured cache. `browser` is the mark of its browser. */
export type Pending = { client: BrokerClient; asked: Asked; valid: boolean; browser: string }

/** When a pending request was begun and when its browser last began one, by the clock, in ms. */
export type Age = { begun: number; touched: number; now: number }

/** Why a request was refused: a word of the broker's own, and what is quoted of it. */
export type Told = { because?: string; quoted?: string }

/** What came back from upstream. */
export type Answer = { code?: string; error?: string; error_description?: string }

/**
 * Every decision of the reference broker, each pure and separate. A fault replaces exactly one of them; so does a lawful
 * variant.
 */
export type Policies = {
  /** Whether this version of OAuth, as the path names it, is served. */
  servesVersion(version: string): boolean
  /** The attributes of the cookie that ties a request to its browser. */
  cookieAttributes(asked: Asked): string
  /** Of the parameters: the client id to validate by and the one to ask upstream as; a missing one is empty, a repeated one gives nothing. */
  readClientId(parameters: Pairs): { validated: string; used: string } | undefined
  /** The client of a client id; `tenant` is the realm that the request names, if it names one. */
  findClient(clients: readonly BrokerClient[], id: string, tenant: string | undefined): BrokerClient | undefined
  /** Whether a client may use OAuth at all. */
  mayUseOauth(client: BrokerClient, form: Form): boolean
  /** Which of two mistakes is told when both client and redirect URI are unknown. */
  blamesFirst(clientId: string): 'client' | 'redirect'
  /**
   * Of the parameters: the redirect URI to validate and the one to use. A repeated or missing one gives nothing. `query` is that of the URL,
   * which is no part of a request that is posted.
   */
  readRedirectUri(parameters: Pairs, query?: Pairs): { validated: string; used: string } | undefined
  /** The URIs among which a client's redirect URI is looked up; `accepted` are those that were accepted before. */
  registeredFor(
    client: BrokerClient,
    clients: readonly BrokerClient[],
    accepted: ReadonlySet<string>,
  ): readonly string[]
  /** Whether a given URI is a registered one: exact string comparison. */
  matches(given: string, registered: string, form: Form): boolean
  /** Whether the redirect URI is validated before the user is sent to sign in. */
  validatesFirst(redirectUri: string): boolean
  /** Whether a response type is served. */
  servesResponseType(responseType: string): boolean
  /** The broker's own redirect URI for a client, given the headers of the request. */
  callbackOf(client: BrokerClient, headers: Pairs): string
  /** The query of the request upstream, but for the state. */
  upstreamQuery(client: BrokerClient, asked: Asked): Pairs
  /** The state of the request upstream: of a text that nobody guesses, and of how many requests were begun since the start. */
  namesRequest(random: string, count: number, client: BrokerClient): string
  /** The state as it is kept. */
  keepState(state: string): string
  /** Whether a request is still pending. */
  stillPending(age: Age): boolean
  /** Whether a node knows a pending request that another node began. */
  knownAt(node: number, begunAt: number, pending: Pending): boolean
  /** Where a pending request is spent by its callback. */
  spends(answer: Answer): 'everywhere' | 'here' | 'nowhere'
  /** Whether it is spent before anything else is done for the answer, so that no other callback finds it meanwhile. */
  spendsFirst(asked: Asked): boolean
  /** The pending request of a callback; `known` is the one with its state, `newest` the last that was begun. */
  findPending(known: Pending | undefined, newest: Pending | undefined, state: string | undefined): Pending | undefined
  /** Whether a callback comes from the browser that began the request: `marks` are those that its cookies carry. */
  sameBrowser(begun: string, marks: readonly string[]): boolean
  /** Where the answer goes; `newest` is the request that was begun last. */
  destination(pending: Pending, newest: Pending): string
  /** The parameters that go back to the caller, or what a refusal upstream is told as on a page. */
  giveBack(answer: Answer, state: string | undefined): Pairs | Refusal
  /** How a refusal reaches the user; `given` is the caller's redirect URI. */
  show(refusal: Refusal, given: string): Shown
  /** The text of a refusal with its details; `accept` is what the user agent likes to read. */
  wording(refusal: Refusal, accept: string, told?: Told): string
  /** The text of a refusal as markup. */
  marksUp(text: string): string
  /** The code and id that the page of a refusal shows. */
  numbers(refusal: Refusal, told: Told): Numbers | undefined
  /** What is told of what a client's token endpoint said when it refused a code. */
  tellsOf(said: string, refused: { client: BrokerClient; code: string }): string
}

/** The policies of an honest broker. */
export const honest: Policies = {
  servesVersion: (version) => version === '2',
  cookieAttributes: () => 'Path=/; Secure; HttpOnly; SameSite=None',
  readClientId(parameters) {
    const [id = '', ...more] = valuesOf(parameters, 'client_id')
    return more.length > 0 ? undefined : { validated: id, used: id }
  },
  findClient: (clients, id, tenant) =>
    clients.find((client) => client.id === id && (tenant === undefined || client.tenant === tenant)),
  mayUseOauth: ({ oauth }) => oauth,
  blamesFirst: () => 'client',
  readRedirectUri(parameters) {
    const [first, ...more] = valuesOf(parameters, 'redirect_uri')
    return first === undefined || first === '' || more.length > 0 ? undefined : { validated: first, used: first }
  },
  registeredFor: (client) => client.redirectUris,
  matches: (given, registered) => given === registered,
  validatesFirst: () => true,
  servesResponseType: (responseType) => responseType === 'code',
  callbackOf: ({ callback }) => callback,
  upstreamQuery: (client, { resource }) => [
    ['client_id', client.id],
    ['response_type', 'code'],
    ['redirect_uri', client.callback],
    ['resource', resource ?? client.resource],
  ],
  namesRequest: (random) => random,
  keepState: (state) => state,
  stillPending: ({ begun, now }) => now - begun < 600_000,
  knownAt: () => true,
  spends: () => 'everywhere',
  spendsFirst: () => true,
  findPending: (known) => known,
  sameBrowser: (begun, marks) => marks.includes(begun),
  destination: ({ asked }) => asked.redirectUri,
  giveBack: ({ code, error, error_description: description }, state) =>
    Object.entries<string | undefined>({
      code: error === undefined ? code : undefined,
      error,
      error_description: description,
      state,
    }).flatMap(([name, value]): Pairs => (value === undefined ? [] : [[name, value]])),
  show: () => ({ status: 400, behindRedirect: true }),
  wording(refusal, _, { because, quoted } = {}) {
    if (refusal === 'invalid_client_id' || refusal === 'invalid_redirect_uri') return `Bad Request: ${refusal}`
    const { text, detailsInMessage } = documentedRows[refusal]
    const details = [because, quoted === undefined ? undefined : `'${quoted}'`].filter((part) => part !== undefined)
    return text.join('') + (detailsInMessage && details.length > 0 ? `: ${details.join(' ')}` : '')
  },
  marksUp: escapeHtml,
  numbers: (refusal) =>
    refusal === 'invalid_client_id' || refusal === 'invalid_redirect_uri' ? undefined : numbersOf(refusal),
  tellsOf: (said) => said.split(/[\r\n]/, 1)[0] ?? '',
}
