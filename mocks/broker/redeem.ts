import type { HttpHandler } from 'msw'
import { HttpResponse, http } from 'msw'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import { askForGrant } from './grant.ts'
import { freshPage, postingForm } from './pages.ts'
import type { BrokerClient, Policies, Refusal, Told } from './policies.ts'
import type { Refuse } from './refuse.ts'
import type { Read } from './request.ts'
import { readRequest } from './request.ts'
import type { Happening } from './store-policies.ts'
import type { TokenAsked, TokenGiven, TokenPolicies } from './token-policies.ts'

/** What the nodes of a broker share of its token requests. */
export type TokenState = {
  /** The answers that are being worked out, under the names by which they are shared. */
  flights: Map<string, Promise<Answered>>
  /** The refresh tokens that clients were handed while the broker runs, the newest last, by client id. */
  handed: Map<string, string[]>
}

/** State without requests. */
export const newTokenState = (): TokenState => ({ flights: new Map(), handed: new Map() })

type Surroundings = TokenState & {
  provision: Pick<Provision, 'clients' | 'application'>
  origin: string
  /** Only for how a failure is worded. */
  policies: Pick<Policies, 'tellsOf'>
  token: TokenPolicies
  wire: Wire
  tells: (happening: Happening) => void
  refuse: Refuse
}

type Refused = { refusal: Refusal; told?: Told }
type Answered = Refused | { token: Response }

/** The handlers for token requests, at a path that names a realm and at one that does not. */
export const tokenHandlers = (around: Surroundings): HttpHandler[] => {
  const { origin, token, refuse } = around
  const tokens: Parameters<typeof http.post>[1] = async ({ request, params: { version, tenant } }) => {
    const read = readRequest(request)
    if (!token.servesVersion(String(version))) return refuse('oauth-version', read)
    const answered = await redeem(read, tenant === undefined ? undefined : String(tenant), around)
    return 'refusal' in answered ? refuse(answered.refusal, read, '', answered.told) : answered.token
  }
  return ['', '/:tenant'].map((under) => http.post(`${origin}${under}/token/oauth/:version`, tokens))
}

/**
 * Redeems a code, or renews by a refresh token, in the documented form: client, redirect URI and realm are validated, then
 * the client's own token endpoint is asked with its secret and the broker's own redirect URI, and the party that asked is
 * handed the answer if it belongs to its realm.
 *
 * @see TRUST: Access Token Flow
 */
const redeem = async ({ form }: Read, realm: string | undefined, around: Surroundings): Promise<Answered> => {
  const { token, flights } = around
  const asked = token.reads(form.parameters, realm)
  if (asked === undefined) return { refusal: 'token-request', told: { because: 'malformed' } }
  const name = token.sharesAnswer(asked)
  if (name === undefined) return answer(asked, around)
  const flight = flights.get(name) ?? answer(asked, around).finally(() => flights.delete(name))
  flights.set(name, flight)
  const shared = await flight
  return 'token' in shared ? { token: shared.token.clone() } : shared
}

const answer = async (
  asked: TokenAsked,
  { provision, policies, token, wire, tells, handed }: Surroundings,
): Promise<Answered> => {
  const { clients, application } = provision
  const client = token.findClient(clients, asked)
  if (client === undefined) return { refusal: token.blamesClient(asked) }
  const invalid = validated(client, asked, { clients, token })
  for (const form of token.asksBeside(client, asked, { refused: invalid !== undefined, application })) {
    setImmediate(() => void askForGrant(client.tokenEndpoint, form, wire).catch(() => undefined))
  }
  if (invalid && token.validatesFirst(asked)) return invalid

  const before = handed.get(client.id) ?? []
  const { type, value } = asked.grant
  const sent = type === 'refresh_token' ? token.refreshesWith(value, before) : value
  const asker = clients.find(({ id }) => id === asked.asks) ?? client
  const given = await grant(asker, { ...asked, grant: { type, value: sent } }, { token, wire })
  if (invalid) return invalid
  const { value: code } = asked.grant
  if ('said' in given) {
    tells({ is: 'not-redeemed', client, code })
    const said = token.tellsFailure(given.said, client, asked)
    return {
      refusal: 'token-request',
      told: { because: 'refused', quoted: policies.tellsOf(said, { client, code }) },
    }
  }
  if (!token.isOfRealm(given.token, client, asked))
    return {
      refusal: 'token-request',
      told: { because: 'other-realm', ...quoting(token.quotesForeign(given.token, client)) },
    }
  const next = given.token['refresh_token']
  if (typeof next === 'string') handed.set(client.id, [...before.slice(-9), next])
  tells({ is: 'redeemed', client, code, token: JSON.stringify(given.token) })
  return { token: delivered(token.handsOver(given.token, client, asked), token.delivers(client, asked)) }
}

const validated = (
  client: BrokerClient,
  asked: TokenAsked,
  { clients, token }: { clients: readonly BrokerClient[]; token: TokenPolicies },
): Refused | undefined => {
  if (!token.mayUseOauth(client, asked)) return { refusal: 'invalid_client_id' }
  return token.isRegistered(client, asked, clients) ? undefined : { refusal: 'invalid_redirect_uri' }
}

const grant = async (
  client: BrokerClient,
  asked: TokenAsked,
  { token, wire }: Pick<Surroundings, 'token' | 'wire'>,
): Promise<{ token: TokenGiven } | { said: string }> => {
  const response = await askForGrant(token.endpointFor(client, asked), token.grantFor(client, asked), wire)
  const body = objectIn(textOf(response))
  if (response.status === 200 && body['access_token'] !== undefined) return { token: body }
  const said = body['error_description']
  return { said: typeof said === 'string' ? said : `status ${response.status}` }
}

const quoting = (quoted: string | undefined): Told => (quoted === undefined ? {} : { quoted })

const delivered = (given: TokenGiven, how: ReturnType<TokenPolicies['delivers']>): Response =>
  how === 'answer'
    ? HttpResponse.json(given, { headers: { 'cache-control': 'no-store' } })
    : freshPage(
        'One moment',
        postingForm(
          how.postedTo,
          Object.entries(given).map(([name, value]) => [name, String(value)]),
        ),
      )

/** The object in a text of JSON, or one without members (RFC 6749 sections 5.1 and 5.2). */
const objectIn = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
