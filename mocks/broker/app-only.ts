import { HttpResponse } from 'msw'
import { decodeJwt, decodeProtectedHeader, errors } from 'jose'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Wire } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'
import type { AppOnlyPolicies, Granted, TokenIssuer, UserToken } from './app-only-policies.ts'
import { askForGrant } from './grant.ts'
import type { BrokerClient } from './policies.ts'
import type { Read } from './request.ts'

type Surroundings = {
  provision: Provision
  policies: AppOnlyPolicies
  now: number
  wire: Wire
  get(url: string): Promise<string>
  memory: AppOnlyMemory
}

/**
 * The users' tokens that came since a broker was started, and whether they were good for an app-only token; and the answers that are being
 * worked out, under the names by which they are shared.
 */
export type AppOnlyMemory = { judged: Map<string, boolean>; flights: Map<string, Promise<Response>> }

/** A memory of nothing. */
export const newAppOnlyMemory = (): AppOnlyMemory => ({ judged: new Map(), flights: new Map() })

/** Where the reference broker is asked for app-only tokens, and how; its own choice, since no source says. */
export const appOnlyForm = {
  path: '/token/oauth/2/apponly',
  form: { client_id: '{clientId}', realm: '{realm}', resource: '{resource}' },
  headers: { authorization: 'Bearer {token}' },
}

/**
 * Answers a request for an app-only token: only the bearer of a valid access token of a user of the client's own realm gets
 * one, for the client's SharePoint Online; only then is the client's secret used.
 *
 * @see TRUST: AppOnly (currently only supported with SharePoint Online)
 */
export const answerAppOnly = async (read: Read, around: Surroundings): Promise<Response> => {
  const { provision, policies, memory } = around
  const client = provision.clients.find(({ id, oauth }) => id === read.one('client_id') && oauth)
  if (client === undefined) return refused('invalid_client')
  const name = policies.sharesAnswer(client)
  if (name === undefined) return answerTo(client, read, around)
  const flight = memory.flights.get(name) ?? answerTo(client, read, around).finally(() => memory.flights.delete(name))
  memory.flights.set(name, flight)
  return (await flight).clone()
}

const answerTo = async (client: BrokerClient, read: Read, around: Surroundings): Promise<Response> => {
  const { policies, provision, wire } = around
  const raw = /^Bearer (.*)$/i.exec(headerOf(read.headers, 'authorization') ?? '')?.[1] ?? ''
  const response = await answerOf(client, raw, read, around)
  const beside = { refused: response.status !== 200, raw, application: provision.application }
  for (const form of policies.asksBeside(client, client.resource, beside))
    setImmediate(() => void askForGrant(client.tokenEndpoint, form, wire).catch(() => undefined))
  return response
}

const answerOf = async (client: BrokerClient, raw: string, read: Read, around: Surroundings): Promise<Response> => {
  const { policies, memory } = around
  const token = readToken(raw)
  const named = read.one('resource')
  const asked = named === '' ? undefined : named
  const grant = () => grantOf(client, asked ?? client.resource, around)
  const early = policies.validatesFirst(raw) ? undefined : await grant()
  const broken = policies.waives(raw, memory.judged) ? undefined : await flawOf(token, client, read, around)
  if (broken !== undefined) {
    memory.judged.set(raw, false)
    return refused('invalid_grant', broken)
  }
  if (!policies.servesResource(asked, client)) return refused('invalid_resource')
  const granted = early ?? (await grant())
  if (granted) memory.judged.set(raw, true)
  return granted ? answer(policies.handsOut(granted, token), 200) : refused('invalid_grant', 'the grant was refused')
}

/** What is wrong with a user's token, in a word. */
const flawOf = async (
  token: UserToken | undefined,
  client: BrokerClient,
  read: Read,
  { provision, policies, now, get }: Surroundings,
): Promise<string | undefined> => {
  if (token === undefined) return 'no token'
  const { header, claims } = token
  const known = policies.findIssuer(String(claims['iss']), issuersOf(provision))
  if (known === undefined) return 'unknown issuer'
  const keys = await policies.keysFor(header, known.issuer.jwks.keys, get)
  if (!(await policies.verifies(token, keys))) return 'not signed by its issuer'
  if (!policies.isCurrent(claims, now)) return 'not valid now'
  const sources = { ofIssuer: known.realm, ofRequest: read.one('realm'), tenants: provision.tenants }
  const realm = policies.realmOf(claims, sources)
  if (realm === undefined || !policies.isOfRealm(realm, client)) return 'another realm'
  if (!policies.isUsers(claims)) return 'no access token of a user'
  return policies.acceptsAudience(claims['aud'], client) ? undefined : 'another audience'
}

const grantOf = async (
  client: BrokerClient,
  resource: string,
  { provision, policies, wire }: Pick<Surroundings, 'provision' | 'policies' | 'wire'>,
): Promise<Granted | undefined> => {
  const response = await askForGrant(client.tokenEndpoint, policies.grant(client, resource, provision.clients), wire)
  return response.status === 200 ? (JSON.parse(textOf(response)) as Granted) : undefined
}

/** Entra ID and, where there is one, Azure ACS, by what their names are in every realm. */
const issuersOf = ({ issuers, tenants }: Provision): TokenIssuer[] => {
  const patterns = new Map(
    tenants.flatMap(({ id, issuer, oidc, acs }) => [
      [oidc.issuer.replace(id, '{realm}'), issuer] as const,
      ...(acs ? [[acs.issuer.replace(id, '{realm}'), 'acs'] as const] : []),
    ]),
  )
  return [...patterns].flatMap(([pattern, issuer]) =>
    issuers.filter(({ id }) => id === issuer).map(({ jwks }) => ({ pattern, jwks })),
  )
}

const readToken = (raw: string): UserToken | undefined => {
  try {
    return { raw, header: { ...decodeProtectedHeader(raw) }, claims: decodeJwt(raw) }
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError || thrown instanceof TypeError) return undefined
    throw thrown
  }
}

const answer = (body: Granted, status: number) =>
  HttpResponse.json(body, { status, headers: { 'cache-control': 'no-store' } })

const refused = (error: string, description?: string) =>
  answer({ error, ...(description !== undefined && { error_description: description }) }, 400)
