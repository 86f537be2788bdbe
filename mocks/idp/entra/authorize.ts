import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import { withQuery } from '../../../protocols/form.ts'
import { escapeHtml, page } from '../../html.ts'
import type { Entra, SignIn } from './state.ts'

type Asked = {
  entra: Entra
  tenant: SignIn['tenant'] | undefined
  client: SignIn['client'] | undefined
  query: URLSearchParams
}
type Guard = { error: string; code: number; says: string; redirects?: true; unless: (asked: Asked) => boolean }

/** In order: until the reply URL is known to be registered, nothing is ever redirected. */
// oxfmt-ignore
const guards: readonly Guard[] = [
  { error: 'invalid_request', code: 90002, says: 'Tenant not found.', unless: ({ tenant }) => tenant !== undefined },
  { error: 'invalid_request', code: 9000411, says: 'The request is not properly formatted. A parameter is duplicated.', unless: ({ query }) => query.size === new Set(query.keys()).size },
  { error: 'unauthorized_client', code: 700016, says: 'Application was not found in the directory.', unless: ({ client, tenant }) => client !== undefined && client.tenant === tenant?.id },
  { error: 'invalid_request', code: 50011, says: 'The redirect URI specified in the request does not match the redirect URIs configured for the application.', unless: ({ entra, query }) => query.get('redirect_uri') === entra.replyUrl },
  { error: 'unsupported_response_type', code: 700054, says: "response_type is not enabled for the application.", redirects: true, unless: ({ query }) => query.get('response_type') === 'code' },
  { error: 'invalid_resource', code: 500011, says: 'The resource principal was not found in the tenant.', redirects: true, unless: ({ entra, tenant, query }) => entra.clients.some((one) => one.tenant === tenant?.id && one.resource === query.get('resource')) },
]

/**
 * `GET /{tenant}/oauth2/authorize`: shows the sign-in page. Refuses with a page of its own until the reply URL is known,
 * and with a redirect after that.
 */
export const authorize = (entra: Entra) =>
  http.get(`${entra.origin}/:tenant/oauth2/authorize`, ({ request, params }) => {
    const query = new URL(request.url).searchParams
    const tenant = entra.tenants.find(({ id, domain }) => id === params['tenant'] || domain === params['tenant'])
    const client = entra.clients.find(({ id }) => id === query.get('client_id'))
    const state = query.get('state') ?? undefined

    const broken = guards.find(({ unless }) => !unless({ entra, tenant, client, query }))
    if (broken?.redirects)
      return sendBack(entra.replyUrl, state, [
        ['error', broken.error],
        ['error_description', describe(broken)],
      ])
    if (broken || tenant === undefined || client === undefined) return errorPage(broken ? describe(broken) : '')

    const context = randomUUID()
    const asked = { tenant, client, state, redirectUri: entra.replyUrl, resource: query.get('resource') ?? '' }
    entra.pages.put(context, asked)
    return signInPage(asked, context)
  })

/** `POST /{tenant}/login`: takes name and password from the page and sends the user back with a code. */
export const login = (entra: Entra) =>
  http.post(`${entra.origin}/:tenant/login`, async ({ request }) => {
    const form = new URLSearchParams(await request.text())
    const context = form.get('ctx') ?? ''
    const asked = entra.pages.look(context)
    if (asked === undefined)
      return errorPage('AADSTS165000: Invalid Request: the request tokens do not match the user context.')

    const user = entra.users.find(({ name, tenant }) => name === form.get('login') && tenant === asked.tenant.id)
    if (user === undefined || user.password !== form.get('passwd')) {
      return signInPage(
        asked,
        context,
        'AADSTS50126: Error validating credentials due to invalid username or password.',
      )
    }

    entra.pages.take(context)
    if (entra.modes.get(asked.tenant.id)?.has('idp.denies-access')) {
      return sendBack(asked.redirectUri, asked.state, [
        ['error', 'access_denied'],
        ['error_description', 'AADSTS65004: User declined to consent to access the app.'],
      ])
    }
    const code = `code-${randomUUID()}`
    entra.codes.put(code, { ...asked, user })
    return sendBack(asked.redirectUri, asked.state, [
      ['code', code],
      ['session_state', randomUUID()],
    ])
  })

const describe = ({ code, says }: Guard) => `AADSTS${code}: ${says}`

const sendBack = (redirectUri: string, state: string | undefined, params: [string, string][]) =>
  new HttpResponse(null, {
    status: 302,
    headers: {
      location: withQuery(redirectUri, [
        ...params,
        ...(state === undefined ? [] : [['state', state] as [string, string]]),
      ]),
      'cache-control': 'no-store',
    },
  })

const errorPage = (message: string) =>
  HttpResponse.html(
    page(
      'Sign in to your account',
      `<h1>Sorry, but we're having trouble signing you in.</h1><p>${escapeHtml(message)}</p>`,
    ),
    { status: 400 },
  )

const signInPage = ({ tenant, client }: SignIn, context: string, message = '') =>
  HttpResponse.html(
    page(
      'Sign in to your account',
      `<h1>Sign in to ${escapeHtml(tenant.name)}</h1><p>to continue to ${escapeHtml(client.name)}</p><p>${escapeHtml(message)}</p>` +
        `<form method="post" action="/${escapeHtml(tenant.id)}/login"><input type="hidden" name="ctx" value="${context}">` +
        '<input type="email" name="login"><input type="password" name="passwd"><input type="submit" value="Sign in"></form>',
    ),
    { headers: { 'cache-control': 'no-store' } },
  )
