import { HttpResponse } from 'msw'
import { encodeForm } from '../../protocols/form.ts'
import type { Pairs, Wire, WireResponse } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import { freshPage, postingForm } from './pages.ts'
import type { BrokerClient, Policies, Refusal, Told } from './policies.ts'
import type { Read } from './request.ts'
import type { Happening } from './store-policies.ts'
import type { Beside, TokenAsked, TokenGiven, TokenPolicies } from './token-policies.ts'

type Surroundings = {
  clients: readonly BrokerClient[]
  application: Beside['application']
  /** Only for how a failure is worded. */
  policies: Pick<Policies, 'tellsOf'>
  token: TokenPolicies
  wire: Wire
  /** The realm that the path names, if it names one. */
  realm: string | undefined
  /** The answers that are being worked out, at all nodes, under the names by which they are shared. */
  flights: Map<string, Promise<Answered>>
  tells: (happening: Happening) => void
  refreshTokens: HandedTokens
}

/** The refresh tokens that the clients of a broker were handed while it runs, the newest last, by client id. */
export type HandedTokens = Map<string, string[]>

type Refused = { refusal: Refusal; told?: Told }
type Answered = Refused | { token: Response }

/** The answers to token requests that the nodes of a broker are working out. */
export type Flights = Surroundings['flights']

/**
 * Redeems a code, or renews by a refresh token, in the documented form: client, redirect URI and realm are validated, then
 * the client's own token endpoint is asked with its secret and the broker's own redirect URI, and the party that asked is
 * handed the answer if it belongs to its realm.
 *
 * @see TRUST: Access Token Flow
 */
export const redeem = async ({ form }: Read, surroundings: Surroundings): Promise<Answered> => {
  const { token, realm, flights } = surroundings
  const asked = token.reads(form.parameters, realm)
  if (asked === undefined) return { refusal: 'token-request', told: { because: 'malformed' } }
  const name = token.sharesAnswer(asked)
  if (name === undefined) return answer(asked, surroundings)
  const flight = flights.get(name) ?? answer(asked, surroundings).finally(() => flights.delete(name))
  flights.set(name, flight)
  const shared = await flight
  return 'token' in shared ? { token: shared.token.clone() } : shared
}

const answer = async (
  asked: TokenAsked,
  { clients, application, policies, token, wire, tells, refreshTokens }: Omit<Surroundings, 'realm' | 'flights'>,
): Promise<Answered> => {
  const client = token.findClient(clients, asked)
  if (client === undefined) return { refusal: token.blamesClient(asked) }
  const invalid = validated(client, asked, { clients, token })
  for (const form of token.asksBeside(client, asked, { refused: invalid !== undefined, application })) {
    setImmediate(() => void post(client.tokenEndpoint, form, wire).catch(() => undefined))
  }
  if (invalid && token.validatesFirst(asked)) return invalid

  const handed = refreshTokens.get(client.id) ?? []
  const { type, value } = asked.grant
  const sent = type === 'refresh_token' ? token.refreshesWith(value, handed) : value
  const given = await grant(client, { ...asked, grant: { type, value: sent } }, { token, wire })
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
  if (typeof next === 'string') refreshTokens.set(client.id, [...handed.slice(-9), next])
  tells({ is: 'redeemed', client, code, token: JSON.stringify(given.token) })
  return { token: delivered(token.handsOver(given.token, client, asked), token.delivers(client, asked)) }
}

const validated = (
  client: BrokerClient,
  asked: TokenAsked,
  { clients, token }: Pick<Surroundings, 'clients' | 'token'>,
): Refused | undefined => {
  if (!token.mayUseOauth(client, asked)) return { refusal: 'invalid_client_id' }
  return token.isRegistered(client, asked, clients) ? undefined : { refusal: 'invalid_redirect_uri' }
}

const grant = async (
  client: BrokerClient,
  asked: TokenAsked,
  { token, wire }: Pick<Surroundings, 'token' | 'wire'>,
): Promise<{ token: TokenGiven } | { said: string }> => {
  const response = await post(token.endpointFor(client, asked), token.grantFor(client, asked), wire)
  const body = objectIn(textOf(response))
  if (response.status === 200 && body['access_token'] !== undefined) return { token: body }
  const said = body['error_description']
  return { said: typeof said === 'string' ? said : `status ${response.status}` }
}

const post = (url: string, form: Pairs, wire: Wire): Promise<WireResponse> => {
  const { origin, pathname, search } = new URL(url)
  return wire({
    method: 'POST',
    origin,
    rawPath: pathname + search,
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: new TextEncoder().encode(encodeForm(form)),
  })
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
