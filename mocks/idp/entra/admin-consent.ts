import { http } from 'msw'
import type { Client } from '../../../fixtures/world/shapes.ts'
import { userWithoutPage } from './authorize.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import type { Directory } from './directory.ts'
import { directoryOf, isKnownIn, isResource, replyUrlOf } from './directory.ts'
import type { Guard } from './guard.ts'
import { describe, refusalOf } from './guard.ts'
import { askToSignIn } from './home.ts'
import { errorPage } from './pages.ts'
import { proceed } from './proceed.ts'
import { readScopes } from './scopes.ts'
import { errorParams, sendBack } from './send-back.ts'
import { sessionCookie } from './session.ts'
import type { Entra, SignIn, Version } from './state.ts'

type Asked = {
  entra: Entra
  directory: Directory | undefined
  client: Client | undefined
  query: URLSearchParams
  version: Version
}

// oxfmt-ignore
const guards: readonly (Guard<Asked> & { redirects?: true })[] = [
  { error: 'invalid_request', code: 90002, says: 'Tenant not found.', unless: ({ directory }) => directory !== undefined },
  { error: 'invalid_request', code: 9000411, says: 'The request is not properly formatted. A parameter is duplicated.', unless: ({ query }) => query.size === new Set(query.keys()).size },
  { error: 'invalid_request', code: 90023, says: "Admin consent is not given at 'common'.", unless: ({ directory }) => directory?.is !== 'any' || directory.name !== 'common' },
  { error: 'unauthorized_client', code: 700016, says: 'Application was not found in the directory.', unless: ({ entra, directory, client }) => client !== undefined && directory !== undefined && isKnownIn(entra, directory, client) },
  { error: 'unauthorized_client', code: 50194, says: 'Application is not configured as a multi-tenant application.', unless: ({ entra, directory, client }) => directory?.is === 'tenant' || entra.multiTenant.has(client?.id ?? '') },
  { error: 'invalid_request', code: 50011, says: 'The redirect URI specified in the request does not match the redirect URIs configured for the application.', unless: ({ entra, query, client }) => client !== undefined && query.get('redirect_uri') === replyUrlOf(entra, client) },
  { error: 'invalid_request', code: 900144, says: "The request must contain the following parameter: 'scope'.", redirects: true, unless: ({ version, query }) => version === 1 || (query.get('scope') ?? '') !== '' },
  { error: 'invalid_resource', code: 500011, says: 'The resource principal was not found in the tenant.', redirects: true, unless: ({ entra, directory, query }) => ['', undefined].includes(resourceOf(query)) || isResource(entra, directory ?? {}, resourceOf(query) ?? '') },
]

const resourceOf = (query: URLSearchParams) => readScopes(query.get('scope') ?? '').resource

/**
 * `GET /{tenant}/adminconsent` and `/{tenant}/v2.0/adminconsent`: signs in, asks for consent, and sends the browser back
 * with `admin_consent=True`, the tenant and the state. Anybody can forge that answer: it proves nothing to its receiver.
 * Every user may consent for the tenant, but where it awaits an administrator.
 *
 * @see Entra documentation, admin consent on the Microsoft identity platform
 */
export const adminConsent = (entra: Entra, version: Version) =>
  http.get(`${entra.origin}/:tenant/${version === 1 ? '' : 'v2.0/'}adminconsent`, ({ request, params, cookies }) => {
    const query = new URL(request.url).searchParams
    const directory = directoryOf(entra, params['tenant'])
    const client = entra.clients.find(({ id }) => id === query.get('client_id'))
    const back = {
      redirectUri: client ? replyUrlOf(entra, client) : '',
      responseMode: 'query' as const,
      state: query.get('state') ?? undefined,
    }

    const broken = refusalOf(guards, { entra, directory, client, query, version })
    if (broken?.redirects) {
      const answer: Pairs = [['admin_consent', 'True'], ...errorParams(broken)]
      return sendBack(entra, { ...back, tenant: directory?.tenant }, answer)
    }
    if (broken || directory === undefined || client === undefined) return errorPage(broken ? describe(broken) : '')

    const asked: SignIn = {
      ...back,
      endpoint: 'adminconsent',
      version,
      tenant: directory.tenant,
      client,
      responseType: 'code',
      resource: '',
      scopes: readScopes(query.get('scope') ?? '').all,
      nonce: undefined,
      challenge: undefined,
      consent: 'admin',
    }
    const user = userWithoutPage(entra, directory, cookies[sessionCookie])
    if (user !== undefined) return proceed(entra, asked, user)
    return askToSignIn(entra, asked)
  })
