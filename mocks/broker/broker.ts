import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { queryOf, withQuery } from '../../protocols/form.ts'
import type { Pairs, Wire } from '../../protocols/wire.ts'
import { expiring } from '../expiring.ts'
import { escapeHtml, page } from '../html.ts'
import { originalOf, wireOf } from '../wire.ts'
import type { Policies, Refusal } from './policies.ts'
import { honest } from './policies.ts'

/** A pending authorization request: what the sources keep in the secured cache. */
type Pending = { redirectUri: string; state: string | undefined; valid: boolean }

const tenMinutes = 600_000

/**
 * The reference broker, as far as the authorize flow goes, in the documented form of TRUST: Authorization Flow. It keeps
 * no state outside this call and takes its time from `clock`.
 */
export const makeBroker = (
  provision: Provision,
  { origin, clock, policies = honest }: { origin: string; clock: Clock; policies?: Policies },
): Wire => {
  const pending = expiring<Pending>(clock, tenMinutes)

  const refuse = (refusal: Refusal, given = '') => {
    const shown = policies.show(refusal, given)
    if ('sentTo' in shown) return sendTo(shown.sentTo)
    return shown.behindRedirect ? sendTo(`${origin}/error?is=${refusal}`) : errorPage(refusal, shown.status)
  }
  const errorPage = (refusal: Refusal, status: number) =>
    HttpResponse.html(page('Error', `<h1>Error</h1><p>${escapeHtml(policies.wording(refusal))}</p>`), { status })

  const authorize = (request: Request, tenant: string | undefined) => {
    const query = queryOf(originalOf(request).rawPath)
    const values = (name: string) => query.flatMap(([key, value]) => (key === name ? [value] : []))
    const [clientId = '', ...moreIds] = values('client_id')
    const client = moreIds.length > 0 ? undefined : policies.findClient(provision.clients, clientId, tenant)
    if (client === undefined) return refuse('invalid_client_id')

    const redirect = policies.readRedirectUri(values('redirect_uri'))
    const registered = policies.registeredFor(client, provision.clients)
    const valid = redirect !== undefined && registered.some((one) => policies.matches(redirect.validated, one))
    if (!valid && policies.validatesFirst()) return refuse('invalid_redirect_uri', redirect?.used)
    if (values('response_type').join() !== 'code') return refuse('authorization-request')

    const state = randomUUID()
    pending.put(state, { redirectUri: redirect?.used ?? '', state: values('state')[0], valid })
    return sendTo(withQuery(client.authorizationEndpoint, [...policies.upstreamQuery(client), ['state', state]]))
  }

  const callback = (request: Request) => {
    const query = new URLSearchParams(queryOf(originalOf(request).rawPath))
    const asked = pending.take(query.get('state') ?? '')
    if (asked === undefined) return refuse('authorization-response')
    if (!asked.valid) return refuse('invalid_redirect_uri', asked.redirectUri)
    const answer = (['code', 'error', 'error_description'] as const).flatMap((name): Pairs => {
      const value = query.get(name)
      return value === null ? [] : [[name, value]]
    })
    return sendTo(
      withQuery(asked.redirectUri, [
        ...answer,
        ...(asked.state === undefined ? [] : ([['state', asked.state]] as Pairs)),
      ]),
    )
  }

  const versioned = (version: unknown, answer: () => Response) => (version === '2' ? answer() : refuse('oauth-version'))

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

const refusals = [
  'invalid_client_id',
  'invalid_redirect_uri',
  'oauth-version',
  'authorization-request',
  'authorization-response',
]
const isRefusal = (text: string | null): text is Refusal => text !== null && refusals.includes(text)

const sendTo = (location: string) =>
  new HttpResponse(null, { status: 302, headers: { location: toAscii(location), 'cache-control': 'no-store' } })

/** A header carries ASCII: everything else is percent-encoded as UTF-8 (RFC 3987 section 3.1). */
const toAscii = (uri: string) => uri.replaceAll(/[^\u0021-\u007E]+/g, (text) => encodeURIComponent(text.toWellFormed()))
