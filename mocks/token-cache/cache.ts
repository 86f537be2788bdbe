import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { withQuery } from '../../protocols/form.ts'
import type { Pairs, Wire, WireResponse } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import { escapeHtml, page } from '../html.ts'
import { wireOf } from '../wire.ts'
import type { Works } from './acquire.ts'
import { acquire, redeem } from './acquire.ts'
import { acquireForApp } from './app-only.ts'
import type { HighTrust } from './high-trust.ts'
import { documentPath, makeHighTrust } from './high-trust.ts'
import type { HighTrustPolicies } from './high-trust-policies.ts'
import { honestHighTrust } from './high-trust-policies.ts'
import { callerOf } from './inbound.ts'
import type { CachePolicies, Pending, Whose } from './policies.ts'
import { honestCache } from './policies.ts'
import type { TokenStore, TokenStorePlace } from './store.ts'
import { openTokenStore } from './store.ts'

/** What a token cache is given: its own origin, the time, a wire to the broker and the resources, and how it decides. */
export type CacheParts = {
  origin: string
  clock: Clock
  wire: Wire
  cache?: CachePolicies
  highTrust?: HighTrustPolicies
  place?: TokenStorePlace
}

/** Where the reference token cache is asked, and how: its own choice, since no source says. */
export const cacheForms = {
  callback: '/identity/token/oauth/2',
  call: { path: '/call', form: { user: '{user}', realm: '{realm}', resource: '{resource}' } },
  serviceAccount: { path: '/call', form: { realm: '{realm}', resource: '{resource}', as: 'service' } },
  appOnly: { path: '/call', form: { realm: '{realm}', resource: '{resource}', as: 'app' } },
  inbound: { path: '/api', headers: { authorization: 'Bearer {token}' } },
  onPremises: { call: { path: '/on-premises', form: { user: '{user}', farm: '{resource}' } } },
} as const

/** What a call comes to, as it is answered in JSON. */
export type CallAnswer =
  | { outcome: 'data'; data: string }
  | { outcome: 'no-token'; trustUrl?: string }
  | { outcome: 'failed'; says: string }

/** A token cache whose inside can be looked at, and which can be restarted. */
export type TokenCache = {
  wire: Wire
  storage(): string
  storageRaw(): Uint8Array
  restart(): Promise<void>
  webCertificate(): Promise<string>
}

/** How many trust dialogs may be open at a time. */
const mostPending = 10_000

/**
 * The reference token cache: it calls resources for users by tokens that it keeps and renews through the broker, has users trust it
 * where it has none, and takes callers by their own tokens. A restart loses the trust dialogs that are open, and nothing else.
 *
 * @see OAUTH: Token Conditions
 */
export const makeTokenCache = (provision: CacheProvision, parts: CacheParts): TokenCache => {
  const store = openTokenStore(parts.place)
  const { highTrust: policies = honestHighTrust, ...io } = parts
  const highTrust = makeHighTrust({ provision, policies, ...io })
  const life = { wire: begin(provision, parts, store, highTrust) }
  return {
    wire: (request, signal) => life.wire(request, signal),
    storage: store.dump,
    storageRaw: store.atRest,
    restart() {
      highTrust.restart()
      life.wire = begin(provision, parts, store, highTrust)
      return Promise.resolve()
    },
    webCertificate: highTrust.webCertificate,
  }
}

const begin = (provision: CacheProvision, parts: CacheParts, store: TokenStore, highTrust: HighTrust): Wire => {
  const { origin, clock, wire, cache: policies = honestCache } = parts
  const works: Works = {
    provision,
    policies,
    clock,
    wire,
    store,
    flights: new Map(),
    calling: new Map(),
    seen: new Set(),
  }
  const pending: Pending[] = []
  /** Codes that wait for the next call, by whose they are. */
  const waiting = new Map<string, string>()

  /** The URL of a trust dialog: an authorization request at the broker. */
  const offered = (whose: Whose): string => {
    const state = randomUUID()
    pending.push({ whose, state })
    if (pending.length > mostPending) pending.shift()
    const query: Pairs = [
      ['client_id', whose.resource.id],
      ['response_type', 'code'],
      ['redirect_uri', provision.callback],
      ...(policies.asksFor(whose, provision) ?? []).map((audience): Pairs[number] => ['resource', audience]),
      ['state', state],
      ...policies.trustParameters(whose, provision),
    ]
    return withQuery(policies.trustAt(whose, provision), query)
  }

  const trust = (whose: Whose): CallAnswer => ({
    outcome: 'no-token',
    ...(policies.offersTrust(whose, provision) && { trustUrl: offered(whose) }),
  })

  const ask = ({ resource }: Whose, token: string) => {
    const api = new URL(resource.api)
    const headers: Pairs = [
      ['authorization', `Bearer ${token}`],
      ['accept', 'application/json'],
    ]
    return wire({ method: 'GET', origin: api.origin, rawPath: api.pathname + api.search, headers })
  }

  const call = async (whose: Whose): Promise<CallAnswer> => {
    if (policies.asksFor(whose, provision) === undefined)
      return { outcome: 'failed', says: 'this resource is not served' }
    const code = waiting.get(policies.keyOf(whose))
    if (code !== undefined && waiting.delete(policies.keyOf(whose))) await redeem(code, whose, works)
    const acquired = await (whose.as === 'app' ? acquireForApp(whose, works) : acquire(whose, works))
    if (acquired.is === 'failed') return { outcome: 'failed', says: 'the token could not be renewed' }
    /** Nobody agrees for an app but the service account, of whom an app-only token can come then. */
    if (acquired.is === 'no-token') return trust(whose.as === 'app' ? { ...whose, user: '', as: 'service' } : whose)
    const first = await ask(whose, policies.callsWith(whose, acquired.access, store.all()))
    const other = first.status === 200 ? undefined : policies.afterDenial(whose, store.all())
    const response = other === undefined ? first : await ask(whose, other)
    if (response.status === 200) acquired.onceGood?.()
    return answered(response)
  }

  /** What is shown to the browser that comes back from a trust dialog. */
  const comesBack = async (state: string | undefined, code: string | null) => {
    const back = policies.findPending(pending, state)
    if (back === undefined || code === null) {
      const other = policies.redeemsFor(pending, state)
      if (other !== undefined && code !== null) await redeem(code, other.whose, { ...works, store: openTokenStore() })
      return shown('Nothing is known of this.', 400)
    }
    const { whose } = back
    if (policies.isOver(back, pending)) pending.splice(pending.indexOf(back), 1)
    if (!policies.redeemsAtOnce(whose, provision)) {
      waiting.set(policies.keyOf(whose), code)
      return shown('Trusted.', 200)
    }
    return (await redeem(code, whose, works)) ? shown('Trusted.', 200) : shown('It did not work out.', 400)
  }

  const counted = async (whose: Whose): Promise<CallAnswer> => {
    const key = policies.keyOf(whose)
    const count = (more: 1 | -1) => works.calling.set(key, (works.calling.get(key) ?? 0) + more)
    count(1)
    return call(whose).finally(() => count(-1))
  }

  return wireOf([
    http.post(origin + cacheForms.call.path, async ({ request }) => {
      const form = new URLSearchParams(await request.text())
      const resource = provision.resources.find(
        ({ id, tenant }) => id === form.get('resource') && tenant === form.get('realm'),
      )
      if (resource === undefined) return HttpResponse.json({ outcome: 'failed', says: 'unknown resource' })
      const as = (['service', 'app'] as const).find((one) => one === form.get('as')) ?? 'user'
      return HttpResponse.json(await counted({ user: form.get('user') ?? '', realm: resource.tenant, resource, as }))
    }),
    http.get(origin + cacheForms.callback, async ({ request }) => {
      const query = new URL(request.url).searchParams
      return comesBack(query.get('state') ?? undefined, query.get('code'))
    }),
    http.get(origin + cacheForms.inbound.path, ({ request }) => {
      const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
      const name = token === undefined ? undefined : callerOf(token, works)
      return name === undefined
        ? new HttpResponse(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
        : HttpResponse.json({ name })
    }),
    http.post(origin + cacheForms.onPremises.call.path, async ({ request }) => {
      const form = new URLSearchParams(await request.text())
      const response = await highTrust.call(form.get('farm') ?? '', form.get('user') ?? '')
      return HttpResponse.json(response ? answered(response) : { outcome: 'failed', says: 'unknown farm or user' })
    }),
    http.get(origin + documentPath, async () => {
      const document = await highTrust.document()
      return document === undefined
        ? new HttpResponse(null, { status: 404 })
        : new HttpResponse(document, { headers: { 'content-type': 'application/json' } })
    }),
    http.get(`${origin}/health`, () => HttpResponse.text('ok')),
  ])
}

const answered = (response: WireResponse): CallAnswer =>
  response.status === 200
    ? { outcome: 'data', data: textOf(response) }
    : { outcome: 'failed', says: `the resource answered ${response.status}` }

const shown = (says: string, status: number) =>
  HttpResponse.html(page('Trust', `<p>${escapeHtml(says)}</p>`), { status })
