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

/**
 * Every decision of the reference broker, each pure and separate. A fault replaces exactly one of them; so does a lawful
 * variant.
 */
export type Policies = {
  /** The client of a client id, if it is known and configured for OAuth. */
  findClient(clients: readonly BrokerClient[], id: string, tenant: string | undefined): BrokerClient | undefined
  /** Of the values sent: the one to validate and the one to use. A repeated or missing parameter gives nothing. */
  readRedirectUri(values: readonly string[]): { validated: string; used: string } | undefined
  /** The URIs among which a client's redirect URI is looked up. */
  registeredFor(client: BrokerClient, clients: readonly BrokerClient[]): readonly string[]
  /** Whether a given URI is a registered one: exact string comparison. */
  matches(given: string, registered: string): boolean
  /** Whether the redirect URI is validated before the user is sent to sign in. */
  validatesFirst(): boolean
  /** The query of the request upstream, but for the state. */
  upstreamQuery(client: BrokerClient): Pairs
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
  findClient: (clients, id, tenant) =>
    clients.find((client) => client.id === id && client.oauth && (tenant === undefined || client.tenant === tenant)),
  readRedirectUri: ([first, ...more]) =>
    first === undefined || first === '' || more.length > 0 ? undefined : { validated: first, used: first },
  registeredFor: (client) => client.redirectUris,
  matches: (given, registered) => given === registered,
  validatesFirst: () => true,
  upstreamQuery: (client) => [
    ['client_id', client.id],
    ['response_type', 'code'],
    ['redirect_uri', client.callback],
    ['resource', client.resource],
  ],
  show: () => ({ status: 400, behindRedirect: true }),
  wording: (refusal) => wordings[refusal],
}
