import type { HttpHandler } from 'msw'
import { http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { withQuery } from '../../protocols/form.ts'
import { sendTo } from './pages.ts'
import type { PendingRequests } from './pending.ts'
import { pendingRequests } from './pending.ts'
import type { Answer, Asked, BrokerClient, Policies } from './policies.ts'
import type { Refuse } from './refuse.ts'
import type { Read } from './request.ts'
import { readRequest } from './request.ts'
import type { Happening } from './store-policies.ts'

/** What the nodes of a broker share of the authorize flow. */
export type AuthorizeState = {
  pending: PendingRequests
  /** The redirect URIs that were accepted. */
  accepted: Set<string>
  /** How many requests were begun. */
  counted: { begun: number }
}

/** State without requests. */
export const newAuthorizeState = (clock: Clock, policies: Policies): AuthorizeState => ({
  pending: pendingRequests(clock, policies),
  accepted: new Set(),
  counted: { begun: 0 },
})

type Surroundings = AuthorizeState & {
  provision: Provision
  origin: string
  policies: Policies
  node: number
  tells: (happening: Happening) => void
  refuse: Refuse
  /** Asks for a document by its URL. */
  get: (url: string) => Promise<string>
}

/**
 * The handlers of a node for requests of authorization and for the answers of the identity provider to them.
 *
 * @see TRUST: Authorization Flow
 */
export const authorizeHandlers = (around: Surroundings): HttpHandler[] => {
  const { origin, policies, refuse } = around
  const answering =
    (
      answer: (read: Read, tenant: string | undefined) => Response | Promise<Response>,
    ): Parameters<typeof http.get>[1] =>
    ({ request, params: { version, tenant } }) => {
      const read = readRequest(request)
      if (!policies.servesVersion(String(version))) return refuse('oauth-version', read)
      return answer(read, tenant === undefined ? undefined : String(tenant))
    }
  const asked = answering((read, tenant) => authorize(read, tenant, around))
  const answered = answering((read) => callback(read, around))
  const paths: [string, typeof asked][] = [
    ['/authorize/oauth/:version/request', asked],
    ['/:tenant/authorize/oauth/:version/request', asked],
    ['/authorize/oauth/:version', answered],
  ]
  return paths.flatMap(([path, answer]) => [http.get(origin + path, answer), http.post(origin + path, answer)])
}

const authorize = (read: Read, tenant: string | undefined, around: Surroundings): Response => {
  const { provision, policies, node, pending, accepted, counted, tells, refuse } = around
  const { clients } = provision
  const { form, values, one } = read
  const redirect = policies.readRedirectUri(form.parameters, read.query)
  const ids = policies.readClientId(form.parameters)
  const found = ids && policies.findClient(clients, ids.validated, tenant)
  const client = found && policies.mayUseOauth(found, form) ? found : undefined
  const registered = client ? policies.registeredFor(client, clients, accepted) : []
  const valid = redirect !== undefined && registered.some((uri) => policies.matches(redirect.validated, uri, form))
  if (client === undefined) {
    const both =
      policies.blamesFirst(one('client_id') ?? '') === 'redirect' &&
      !clients.some(({ redirectUris }) => redirectUris.includes(redirect?.used ?? ''))
    return refuse(both ? 'invalid_redirect_uri' : 'invalid_client_id', read)
  }
  const asker = clients.find(({ id }) => id === ids?.used) ?? client
  if (!valid && policies.validatesFirst(redirect?.used ?? '')) {
    return refuse('invalid_redirect_uri', read, redirect?.used)
  }
  const responseType = values('response_type').join()
  if (!policies.servesResponseType(responseType)) {
    return refuse('authorization-request', read, '', { because: 'response-type', quoted: responseType })
  }

  const [given, prompt] = [one('state'), one('prompt')]
  const asked: Asked = {
    redirectUri: redirect?.used ?? '',
    state: given === undefined ? undefined : policies.keepState(given),
    responseType: one('response_type') ?? '',
    resource: one('resource'),
    ...(prompt !== undefined && { prompt }),
  }
  if (valid) accepted.add(asked.redirectUri)
  tells({ is: 'asked', client, state: asked.state })
  counted.begun += 1
  const [state, browser] = [policies.namesRequest(randomUUID(), counted.begun, client), randomUUID()]
  const others = read.begun.map(({ state: other }) => other)
  pending.begin(state, { client: asker, asked, valid, browser }, node, others)
  const cookie = `begun-${state}=${browser}; ${policies.cookieAttributes(asked)}`
  const query = policies.upstreamQuery({ ...asker, callback: policies.callbackOf(asker, read.headers) }, asked)
  return sendTo(withQuery(asker.authorizationEndpoint, [...query, ['state', state]]), cookie)
}

const callback = async (read: Read, around: Surroundings): Promise<Response> => {
  const { policies, node, pending, tells, refuse } = around
  const state = read.one('state')
  const answer = Object.fromEntries(
    (['code', 'error', 'error_description'] as const).flatMap((name) => {
      const value = read.one(name)
      return value === undefined ? [] : [[name, value]]
    }),
  ) as Answer
  const newest = pending.newest()
  const begun = policies.findPending(pending.find(state, node), newest, state)
  const marks = read.begun.map(({ mark }) => mark)
  if (begun === undefined || !policies.sameBrowser(begun.browser, marks)) {
    return refuse('authorization-response', read, '', { because: 'unknown-state' })
  }
  if (!policies.spendsFirst(begun.asked)) await lookUp(begun.client, around)
  const spent = policies.spends(answer)
  if (spent !== 'nowhere') pending.spend(state, spent === 'here' ? node : undefined)
  tells({ is: 'answered', client: begun.client, code: answer.code, state: begun.asked.state })
  if (!begun.valid) return refuse('invalid_redirect_uri', read, begun.asked.redirectUri)
  const back = policies.giveBack(answer, begun.asked.state)
  if (typeof back === 'string') {
    return refuse(back, read, '', { because: 'refused', ...(answer.error !== undefined && { quoted: answer.error }) })
  }
  return sendTo(withQuery(policies.destination(begun, newest ?? begun), back))
}

/** What takes a while: the keys of the client's tenant are asked for. */
const lookUp = async ({ tenant }: BrokerClient, { provision, get }: Surroundings): Promise<void> => {
  const { jwksUri } = provision.tenants.find(({ id }) => id === tenant)?.oidc ?? {}
  if (jwksUri !== undefined) await get(jwksUri)
}
