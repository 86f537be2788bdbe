import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { queryOf, withQuery } from '../../protocols/form.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import { originalOf, wireOf } from '../wire.ts'
import { answerAppOnly, appOnlyForm } from './app-only.ts'
import { honestAppOnly } from './app-only-policies.ts'
import type { Decisions } from '../decisions.ts'
import type { FederationState } from './federation.ts'
import { federationHandlers, newFederation, shownRefusal } from './federation.ts'
import type { ErrorText } from './pages.ts'
import { errorPage, sendTo } from './pages.ts'
import type { PendingRequests } from './pending.ts'
import { pendingRequests } from './pending.ts'
import type { Answer, Asked, BrokerClient, Refusal, Told } from './policies.ts'
import { honest, isRefusal } from './policies.ts'
import type { Registered, Registry } from './registration.ts'
import { newRegistry, registrationHandlers } from './registration.ts'
import type { Tenancy } from './registration-policies.ts'
import { honestRegistration } from './registration-policies.ts'
import type { Read } from './request.ts'
import { readRequest } from './request.ts'
import type { Flights, HandedTokens } from './redeem.ts'
import { redeem } from './redeem.ts'
import type { Happening } from './store-policies.ts'
import type { SignInPolicies } from './sign-in-policies.ts'
import { honestSignIn } from './sign-in-policies.ts'
import type { Signing } from './signing.ts'
import { makeSigning } from './signing.ts'
import { honestToken } from './token-policies.ts'

/**
 * What a broker is given: its own origin, the time, a wire to the identity provider, and how it decides on each of its
 * sides. Who hands it `signing` can rotate its keys; its own are made when they are first wanted. `tells` hears what happens,
 * `registers` what is registered beside what the provision and `tenancies` say.
 */
export type BrokerParts = Decisions & {
  origin: string
  clock: Clock
  wire: Wire
  signing?: Signing
  tells?: (happening: Happening) => void
  tenancies?: readonly Tenancy[]
  registers?: (registered: Registered) => void
}

/** The reference broker on one node. */
export const makeBroker = (provision: Provision, parts: BrokerParts): Wire => {
  const [only] = makeNodes(provision, parts, 1)
  if (only === undefined) throw new TypeError('a broker has at least one node')
  return only
}

/**
 * The reference broker: sign-in and sign-out over WS-Federation (TRUST: Authentication), the authorize flow and the
 * token requests that follow it (TRUST: Authorization Flow; Access Token Flow). It keeps no state outside this call and takes its time from `clock`.
 * Its nodes share sessions, signing keys and, as far as the policies say, what is pending.
 */
export const makeNodes = (known: Provision, parts: BrokerParts, count: number): Wire[] => {
  const provision = { ...known, parties: [...known.parties] }
  const registry = newRegistry(parts.clock, provision.parties, parts.tenancies ?? [])
  const pending = pendingRequests(parts.clock, parts.policies ?? honest)
  const accepted = new Set<string>()
  const flights: Flights = new Map()
  const counted = { begun: 0 }
  const judged = new Map<string, boolean>()
  const refreshTokens: HandedTokens = new Map()
  const { signIn = honestSignIn, signing = makeSigning(new URL(parts.origin).hostname), tells = unheard } = parts
  const federation = newFederation(parts.clock, signIn, signing, tells)
  return Array.from({ length: count }, (_, node) =>
    makeNode(provision, {
      ...parts,
      signIn,
      tells,
      node,
      pending,
      accepted,
      flights,
      federation,
      registry,
      counted,
      refreshTokens,
      judged,
    }),
  )
}

const unheard = () => undefined

type NodeParts = BrokerParts & {
  tells: (happening: Happening) => void
  signIn: SignInPolicies
  node: number
  pending: PendingRequests
  accepted: Set<string>
  flights: Flights
  federation: FederationState
  registry: Registry
  /** How many requests were begun. */
  counted: { begun: number }
  refreshTokens: HandedTokens
  judged: Map<string, boolean>
}

const makeNode = (
  provision: Provision,
  {
    origin,
    clock,
    wire,
    policies = honest,
    token = honestToken,
    appOnly = honestAppOnly,
    signIn,
    tells,
    node,
    pending,
    accepted,
    flights,
    federation,
    registration = honestRegistration,
    registry,
    counted,
    refreshTokens,
    judged,
    registers = unheard,
  }: NodeParts,
): Wire => {
  const { clients, application } = provision
  const get = (url: string) => documentAt(url, wire)
  /** What takes a while: the keys of the client's tenant are asked for. */
  const lookUp = async ({ tenant }: BrokerClient) => {
    const { jwksUri } = provision.tenants.find(({ id }) => id === tenant)?.oidc ?? {}
    if (jwksUri !== undefined) await get(jwksUri)
  }
  const refusalText = (refusal: Refusal, accept: string, told: Told): ErrorText => ({
    text: policies.marksUp(policies.wording(refusal, accept, told)),
    numbers: policies.numbers(refusal, told),
  })
  const refuse = (refusal: Refusal, { accept }: Read, given = '', told: Told = {}) => {
    const shown = policies.show(refusal, given)
    if ('sentTo' in shown) return sendTo(shown.sentTo)
    if (shown.behindRedirect) return sendTo(withQuery(`${origin}/error`, [['is', refusal], ...Object.entries(told)]))
    return errorPage(refusalText(refusal, accept, told), shown)
  }

  const authorize = (read: Read, tenant: string | undefined) => {
    const { form, values, one } = read
    const redirect = policies.readRedirectUri(form.parameters)
    const found =
      values('client_id').length > 1 ? undefined : policies.findClient(clients, one('client_id') ?? '', tenant)
    const client = found && policies.mayUseOauth(found, form) ? found : undefined
    const registered = client ? policies.registeredFor(client, clients, accepted) : []
    const valid = redirect !== undefined && registered.some((uri) => policies.matches(redirect.validated, uri, form))
    if (client === undefined) {
      const both =
        policies.blamesFirst(one('client_id') ?? '') === 'redirect' &&
        !clients.some(({ redirectUris }) => redirectUris.includes(redirect?.used ?? ''))
      return refuse(both ? 'invalid_redirect_uri' : 'invalid_client_id', read)
    }
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
    pending.begin(state, { client, asked, valid, browser }, node, others)
    const cookie = `begun-${state}=${browser}; Path=/; Secure; HttpOnly; SameSite=None`
    const query = policies.upstreamQuery({ ...client, callback: policies.callbackOf(client, read.headers) }, asked)
    return sendTo(withQuery(client.authorizationEndpoint, [...query, ['state', state]]), cookie)
  }

  const callback = async (read: Read) => {
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
    if (!policies.spendsFirst(begun.asked)) await lookUp(begun.client)
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

  const versioned = async (
    request: Request,
    version: unknown,
    answer: (read: Read) => Response | Promise<Response>,
  ) => {
    const read = readRequest(request)
    return policies.servesVersion(String(version)) ? answer(read) : refuse('oauth-version', read)
  }
  const tokens: Parameters<typeof http.post>[1] = async ({ request, params }) => {
    const read = readRequest(request)
    if (!token.servesVersion(String(params['version']))) return refuse('oauth-version', read)
    const realm = params['tenant'] === undefined ? undefined : String(params['tenant'])
    const answer = await redeem(read, {
      clients,
      application,
      policies,
      token,
      wire,
      realm,
      flights,
      tells,
      refreshTokens,
    })
    return 'refusal' in answer ? refuse(answer.refusal, read, '', answer.told) : answer.token
  }
  const both = (path: string, answer: Parameters<typeof http.get>[1]) => [
    http.get(path, answer),
    http.post(path, answer),
  ]

  return wireOf([
    ...both(`${origin}/authorize/oauth/:version/request`, ({ request, params }) =>
      versioned(request, params['version'], (read) => authorize(read, undefined)),
    ),
    ...both(`${origin}/:tenant/authorize/oauth/:version/request`, ({ request, params }) =>
      versioned(request, params['version'], (read) => authorize(read, String(params['tenant']))),
    ),
    ...both(`${origin}/authorize/oauth/:version`, ({ request, params }) =>
      versioned(request, params['version'], callback),
    ),
    http.post(`${origin}/token/oauth/:version`, tokens),
    http.post(`${origin}/:tenant/token/oauth/:version`, tokens),
    http.post(origin + appOnlyForm.path, ({ request }) =>
      answerAppOnly(readRequest(request), { provision, policies: appOnly, now: clock.now(), wire, get, judged }),
    ),
    http.get(`${origin}/error`, ({ request }) => {
      const read = readRequest(request)
      const refusal = read.one('is')
      if (!isRefusal(refusal))
        return (
          shownRefusal(queryOf(originalOf(request).rawPath), { policies: signIn }) ??
          new HttpResponse(null, { status: 404 })
        )
      const shown = policies.show(refusal, '')
      const [because, quoted] = [read.one('because'), read.one('quoted')]
      const told = {
        ...(because !== undefined && /^[\w-]{1,40}$/.test(because) && { because }),
        ...(quoted !== undefined && { quoted }),
      }
      return errorPage(refusalText(refusal, read.accept, told), 'status' in shown ? shown : { status: 400 })
    }),
    ...registrationHandlers({ provision, registry, policies: registration, origin, clock, registers }),
    ...federationHandlers({
      ...federation,
      provision,
      origin,
      clock,
      policies: signIn,
      node,
      get,
    }),
    http.get(`${origin}/health`, () => HttpResponse.text('ok')),
  ])
}

const documentAt = async (url: string, wire: Wire): Promise<string> => {
  const { origin, pathname, search } = new URL(url)
  return textOf(await wire({ method: 'GET', origin, rawPath: pathname + search, headers: [] }))
}
