import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { queryOf, withQuery } from '../../protocols/form.ts'
import type { Wire } from '../../protocols/wire.ts'
import { headerOf } from '../../protocols/wire.ts'
import { expiring } from '../expiring.ts'
import { escapeHtml, page } from '../html.ts'
import { originalOf, wireOf } from '../wire.ts'
import type { Answer, Asked, Pending, Policies, Refusal } from './policies.ts'
import { honest } from './policies.ts'

/**
 * The reference broker, as far as the authorize flow goes, in the documented form of TRUST: Authorization Flow. It keeps
 * no state outside this call and takes its time from `clock`.
 */
export const makeBroker = (
  provision: Provision,
  { origin, clock, policies = honest }: { origin: string; clock: Clock; policies?: Policies },
): Wire => {
  const { clients } = provision
  const pending = expiring<Pending>(clock, policies.pendingFor())
  let newest: Pending | undefined

  const refuse = (refusal: Refusal, given = '') => {
    const shown = policies.show(refusal, given)
    if ('sentTo' in shown) return sendTo(shown.sentTo)
    return shown.behindRedirect ? sendTo(`${origin}/error?is=${refusal}`) : errorPage(refusal, shown.status)
  }
  const errorPage = (refusal: Refusal, status: number) =>
    HttpResponse.html(page('Error', `<h1>Error</h1><p>${escapeHtml(policies.wording(refusal))}</p>`), { status })

  const authorize = (request: Request, tenant: string | undefined) => {
    const { values, one } = parametersOf(request)
    const redirect = policies.readRedirectUri(values('redirect_uri'))
    const found =
      values('client_id').length > 1 ? undefined : policies.findClient(clients, one('client_id') ?? '', tenant)
    const client = found && policies.mayUseOauth(found) ? found : undefined
    const registered = client ? policies.registeredFor(client, clients) : []
    const valid = redirect !== undefined && registered.some((uri) => policies.matches(redirect.validated, uri))
    if (client === undefined) {
      const both =
        policies.blamesFirst() === 'redirect' &&
        !clients.some(({ redirectUris }) => redirectUris.includes(redirect?.used ?? ''))
      return refuse(both ? 'invalid_redirect_uri' : 'invalid_client_id')
    }
    if (!valid && policies.validatesFirst()) return refuse('invalid_redirect_uri', redirect?.used)
    if (!policies.servesResponseType(values('response_type').join())) return refuse('authorization-request')

    const given = one('state')
    const asked: Asked = {
      redirectUri: redirect?.used ?? '',
      state: given === undefined ? undefined : policies.keepState(given),
      responseType: one('response_type') ?? '',
      resource: one('resource'),
    }
    const [state, browser] = [randomUUID(), randomUUID()]
    newest = { client, asked, valid, browser }
    pending.put(state, newest)
    const cookie = `begun-${state}=${browser}; Path=/; Secure; HttpOnly; SameSite=Lax`
    return sendTo(
      withQuery(client.authorizationEndpoint, [...policies.upstreamQuery(client, asked), ['state', state]]),
      cookie,
    )
  }

  const callback = (request: Request) => {
    const { one } = parametersOf(request)
    const state = one('state')
    const known = policies.spends() ? pending.take(state ?? '') : pending.look(state ?? '')
    const begun = policies.findPending(known, newest, state)
    if (begun === undefined || !policies.sameBrowser(begun.browser, marksOf(request))) {
      return refuse('authorization-response')
    }
    if (!begun.valid) return refuse('invalid_redirect_uri', begun.asked.redirectUri)
    const answer = Object.fromEntries(
      (['code', 'error', 'error_description'] as const).flatMap((name) =>
        one(name) === undefined ? [] : [[name, one(name)]],
      ),
    ) as Answer
    if (answer.code === undefined && !policies.relaysRefusal()) return refuse('authorization-response')
    return sendTo(withQuery(policies.destination(begun), policies.giveBack(answer, begun.asked.state)))
  }

  const versioned = (version: unknown, answer: () => Response) =>
    policies.servesVersion(String(version)) ? answer() : refuse('oauth-version')

  return wireOf([
    http.get(`${origin}/authorize/oauth/:version/request`, ({ request, params }) =>
      versioned(params['version'], () => authorize(request, undefined)),
    ),
    http.get(`${origin}/:tenant/authorize/oauth/:version/request`, ({ request, params }) =>
      versioned(params['version'], () => authorize(request, String(params['tenant']))),
    ),
    http.get(`${origin}/authorize/oauth/:version`, ({ request, params }) =>
      versioned(params['version'], () => callback(request)),
    ),
    http.get(`${origin}/error`, ({ request }) => {
      const refusal = new URL(request.url).searchParams.get('is')
      if (!isRefusal(refusal)) return new HttpResponse(null, { status: 404 })
      const shown = policies.show(refusal, '')
      return errorPage(refusal, 'status' in shown ? shown.status : 400)
    }),
    http.get(`${origin}/health`, () => HttpResponse.text('ok')),
  ])
}

/** The query of a request: every value of a name, and the first. */
const parametersOf = (request: Request) => {
  const query = queryOf(originalOf(request).rawPath)
  const values = (name: string) => query.flatMap(([key, value]) => (key === name ? [value] : []))
  return { values, one: (name: string) => values(name)[0] }
}

/** What the cookies of begun requests carry. */
const marksOf = (request: Request): string[] =>
  [...(headerOf(originalOf(request).headers, 'cookie') ?? '').matchAll(/begun-[^=;]+=([^;]+)/g)].map(
    ([, mark = '']) => mark,
  )

const refusals = [
  'invalid_client_id',
  'invalid_redirect_uri',
  'oauth-version',
  'authorization-request',
  'authorization-response',
]
const isRefusal = (text: string | null): text is Refusal => text !== null && refusals.includes(text)

const sendTo = (location: string, cookie?: string) =>
  new HttpResponse(null, {
    status: 302,
    headers: {
      location: toAscii(location),
      'cache-control': 'no-store',
      ...(cookie !== undefined && { 'set-cookie': cookie }),
    },
  })

/** A header carries ASCII: everything else is percent-encoded as UTF-8 (RFC 3987 section 3.1). */
const toAscii = (uri: string) => uri.replaceAll(/[^\u0021-\u007E]+/g, (text) => encodeURIComponent(text.toWellFormed()))
