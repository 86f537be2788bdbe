import type { RequestHandler } from 'msw'
import { HttpResponse, http } from 'msw'
import { randomBytes } from 'node:crypto'
import type { Client, Tenant } from '../../../fixtures/world/shapes.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { escapeHtml, page } from '../../html.ts'
import { formPost } from '../../idp/form-post.ts'
import { userWithoutPage } from '../../idp/entra/authorize.ts'
import { refusalOf } from '../../idp/entra/guard.ts'
import { askToSignIn } from '../../idp/entra/home.ts'
import { proceed } from '../../idp/entra/proceed.ts'
import { errorParams, sendBack } from '../../idp/entra/send-back.ts'
import { sessionCookie } from '../../idp/entra/session.ts'
import type { NeighbourSignIn } from '../../idp/entra/state.ts'
import { mintContext } from '../../sts/acs/mint.ts'
import type { Acs } from '../../sts/acs/state.ts'
import { acsMisbehaves, lifetimesIn, tenantOfRealm } from '../../sts/acs/state.ts'
import { unauthorized } from './challenge.ts'

type Asked = { acs: Acs; tenant: Tenant | undefined; client: Client | undefined; query: URLSearchParams }
type Rule = { says: string; unless: (asked: Asked) => boolean }
type Known = Asked & { tenant: Tenant; client: Client }

/** In order; each is told on a page, and the browser is sent nowhere. The texts are those of no document. */
// oxfmt-ignore
const rules: readonly Rule[] = [
  { says: 'The site was not found.', unless: ({ tenant }) => tenant !== undefined },
  { says: 'A parameter is duplicated.', unless: ({ query }) => query.size === new Set(query.keys()).size },
  { says: 'The app is not registered.', unless: ({ client }) => client !== undefined },
  { says: 'The redirect URI is not the one that is registered for the app.', unless: ({ acs, query }) => query.get('redirect_uri') === acs.entra.replyUrl },
]

// oxfmt-ignore
const rulesOfAuthorize: readonly Rule[] = [
  ...rules,
  { says: 'The response type is not supported.', unless: ({ query }) => query.get('response_type') === 'code' },
  { says: 'Full control cannot be asked for in this way.', unless: ({ query }) => scopesOf(query).every((scope) => !scope.endsWith('.FullControl')) },
]

/**
 * What SharePoint Online shows browsers on behalf of its apps, with the site of each tenant at `/{tenant}`:
 * `_layouts/15/OAuthAuthorize.aspx` has a user agree and gives a code that ACS redeems, `_layouts/15/AppRedirect.aspx`
 * posts a context token to the app, and `_vti_bin/client.svc` tells whoever has no token which realm this is. Users sign in
 * at Entra ID. A `state` comes back as RFC 6749 section 4.1.2 has it, of which SharePoint's documents say nothing.
 *
 * @see SharePoint documentation, authorization code OAuth flow
 */
export const sharePointFront = (acs: Acs): readonly RequestHandler[] => {
  const site = `${acs.entra.origin}/:tenant`
  const shows = (
    name: string,
    guards: readonly Rule[],
    open: (asked: Known) => Pick<NeighbourSignIn, 'answer' | 'refuse'>,
  ) =>
    http.get(`${site}/_layouts/15/${name}`, ({ request, params, cookies }) => {
      const query = new URL(request.url).searchParams
      const tenant = tenantOfRealm(acs, params['tenant'])
      const client = acs.clients.find((one) => one.tenant === tenant?.id && one.id === query.get('client_id'))
      const asked: Asked = { acs, tenant, client, query }
      const broken = refusalOf(guards, asked)
      if (broken || tenant === undefined || client === undefined) return errorPage(broken?.says ?? '')
      const opened: NeighbourSignIn = {
        endpoint: 'neighbour',
        tenant,
        client,
        scopes: scopesOf(query),
        consent: asksAgain(query) ? 'user' : undefined,
        ...open({ ...asked, tenant, client }),
      }
      const user = userWithoutPage(acs.entra, { is: 'tenant', tenant }, cookies[sessionCookie])
      return user ? proceed(acs.entra, opened, user) : askToSignIn(acs.entra, opened)
    })

  return [
    shows('OAuthAuthorize.aspx', rulesOfAuthorize, givesCode),
    shows('AppRedirect.aspx', rules, postsContext),
    realmDiscovery(acs),
  ]
}

/** What has Entra ID ask for consent that was given already; `true` is what the product sends for its service account. */
const asksAgain = (query: URLSearchParams): boolean =>
  (query.get('prompt') ?? '').split(' ').some((one) => ['consent', 'admin_consent', 'true'].includes(one))

const scopesOf = (query: URLSearchParams): string[] => (query.get('scope') ?? '').split(' ').filter((one) => one !== '')

const givesCode = ({ acs, tenant, client, query }: Known): Pick<NeighbourSignIn, 'answer' | 'refuse'> => {
  const { entra } = acs
  const state = query.get('state') ?? undefined
  const back = (params: Pairs) =>
    sendBack(entra, { tenant, redirectUri: entra.replyUrl, responseMode: 'query', state }, params)
  return {
    refuse: (because) => back(errorParams({ error: 'access_denied', ...because })),
    answer(user) {
      const code = `IAAAA${randomBytes(450).toString('base64url')}`
      const lifetime = acsMisbehaves(acs, tenant, 'idp.issues-expired-code') ? 0 : lifetimesIn(acs, tenant).code
      const expiresAt = entra.clock.now() + lifetime
      acs.codes.put(code, { client, user, redirectUri: entra.replyUrl, expiresAt, spent: false })
      const failed = acsMisbehaves(acs, tenant, 'idp.answers-with-error-and-code')
        ? errorParams({ error: 'server_error', code: 90033, says: 'A transient error has occurred.' })
        : []
      return back([['code', code], ...failed])
    },
  }
}

const postsContext = ({ acs, client }: Known): Pick<NeighbourSignIn, 'answer' | 'refuse'> => ({
  refuse: ({ says }) => errorPage(says),
  async answer(user) {
    const { replyUrl } = acs.entra
    const token = await mintContext(acs, client, user, new URL(replyUrl).host)
    return formPost(replyUrl, [
      ['SPAppToken', token],
      ['SPSiteUrl', client.resource],
    ])
  },
})

/** A request with an empty bearer token is told the realm, where clients read the first 36 characters behind `realm="`. */
const realmDiscovery = (acs: Acs) =>
  http.all(`${acs.entra.origin}/:tenant/_vti_bin/client.svc`, ({ params }) => {
    const tenant = tenantOfRealm(acs, params['tenant'])
    return tenant === undefined ? new HttpResponse(null, { status: 404 }) : unauthorized(tenant.id)
  })

const errorPage = (message: string) =>
  HttpResponse.html(page('Error', `<h1>Sorry, something went wrong</h1><p>${escapeHtml(message)}</p>`), { status: 400 })
