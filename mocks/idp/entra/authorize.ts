import { http } from 'msw'
import type { Client, User } from '../../../fixtures/world/shapes.ts'
import type { Directory } from './directory.ts'
import { directoryOf, isKnownIn, isResource, lacksConsent, replyUrlOf, tenantOf } from './directory.ts'
import type { Guard } from './guard.ts'
import { describe, refusalOf } from './guard.ts'
import { askToSignIn } from './home.ts'
import { errorPage } from './pages.ts'
import { proceed } from './proceed.ts'
import type { Scopes } from './scopes.ts'
import { readScopes } from './scopes.ts'
import { errorParams, sendBack } from './send-back.ts'
import { sessionCookie } from './session.ts'
import type { Challenge, Entra, ResponseMode, ResponseType, SignIn, Version } from './state.ts'

type Asked = {
  entra: Entra
  version: Version
  directory: Directory | undefined
  client: Client | undefined
  query: URLSearchParams
  /** The words of `response_type`, sorted. */
  type: string
  scopes: Scopes
  prompt: readonly string[]
  /** Who needs no page. */
  user: User | undefined
}

const modes: readonly string[] = ['query', 'fragment', 'form_post'] satisfies ResponseMode[]
const types: readonly string[] = ['code', 'code id_token', 'id_token'] satisfies ResponseType[]
const bringsIdToken = ({ type }: Asked) => type !== 'code' && types.includes(type)
const challenge = /^[\w.~-]{43,128}$/

/** In order: until the reply URL is known to be registered, nothing is ever redirected. */
// oxfmt-ignore
const guards: readonly (Guard<Asked> & { redirects?: true })[] = [
  { error: 'invalid_request', code: 90002, says: 'Tenant not found.', unless: ({ directory }) => directory !== undefined },
  { error: 'invalid_request', code: 9000411, says: 'The request is not properly formatted. A parameter is duplicated.', unless: ({ query }) => query.size === new Set(query.keys()).size },
  { error: 'unauthorized_client', code: 700016, says: 'Application was not found in the directory.', unless: ({ entra, client, directory }) => client !== undefined && directory !== undefined && isKnownIn(entra, directory, client) },
  { error: 'unauthorized_client', code: 50194, says: 'Application is not configured as a multi-tenant application. Usage of the /common endpoint is not supported.', unless: ({ entra, client, directory }) => directory?.is === 'tenant' || entra.multiTenant.has(client?.id ?? '') },
  { error: 'invalid_request', code: 50011, says: 'The redirect URI specified in the request does not match the redirect URIs configured for the application.', unless: ({ entra, query, client }) => client !== undefined && query.get('redirect_uri') === replyUrlOf(entra, client) },
  { error: 'unsupported_response_type', code: 700054, says: 'response_type is not enabled for the application.', redirects: true, unless: ({ type }) => types.includes(type) },
  { error: 'invalid_request', code: 90023, says: 'The response_mode is not supported.', redirects: true, unless: ({ query }) => modes.includes(query.get('response_mode') ?? 'query') },
  { error: 'invalid_request', code: 70007, says: "'query' is not a supported value of 'response_mode' when requesting a token.", redirects: true, unless: (asked) => !bringsIdToken(asked) || asked.query.get('response_mode') !== 'query' },
  { error: 'invalid_request', code: 900144, says: "The request must contain the following parameter: 'scope'.", redirects: true, unless: ({ version, scopes }) => version === 1 || scopes.all.length > 0 },
  { error: 'invalid_request', code: 90023, says: "An id_token is only issued with the scope 'openid'.", redirects: true, unless: (asked) => !bringsIdToken(asked) || asked.version === 1 || asked.scopes.all.includes('openid') },
  { error: 'invalid_request', code: 900144, says: "The request must contain the following parameter: 'nonce'.", redirects: true, unless: (asked) => !bringsIdToken(asked) || (asked.query.get('nonce') ?? '') !== '' },
  { error: 'invalid_scope', code: 70011, says: 'The scope names more than one resource.', redirects: true, unless: ({ scopes }) => scopes.resource !== undefined },
  { error: 'invalid_resource', code: 500011, says: 'The resource principal was not found in the tenant.', redirects: true, unless: ({ entra, directory, scopes }) => scopes.resource === '' || isResource(entra, directory ?? {}, scopes.resource ?? '') },
  { error: 'invalid_request', code: 90023, says: 'The code_challenge_method is not supported, or there is no code_challenge.', redirects: true, unless: ({ query }) => ['plain', 'S256'].includes(query.get('code_challenge_method') ?? 'plain') && (query.has('code_challenge') || !query.has('code_challenge_method')) },
  { error: 'invalid_request', code: 501491, says: 'The size of the code_challenge is invalid.', redirects: true, unless: ({ query }) => challenge.test(query.get('code_challenge') ?? 'x'.repeat(43)) },
  { error: 'invalid_request', code: 90023, says: "The prompt 'none' stands alone.", redirects: true, unless: ({ prompt }) => !prompt.includes('none') || prompt.length === 1 },
  { error: 'login_required', code: 50058, says: 'A silent sign-in request was sent but no user is signed in.', redirects: true, unless: ({ prompt, user }) => !prompt.includes('none') || user !== undefined },
  { error: 'consent_required', code: 65001, says: 'The user or administrator has not consented to use the application.', redirects: true, unless: ({ entra, prompt, user, client }) => !prompt.includes('none') || user === undefined || client === undefined || entra.auto === user || !lacksConsent(entra, tenantOf(entra, user), client) },
]

/**
 * `GET` or `POST` `/{tenant}/oauth2/authorize` and `/{tenant}/oauth2/v2.0/authorize`: shows the sign-in page, or goes on
 * at once for who is signed in already. Refuses with a page of its own until the reply URL is known, and through the
 * browser after that. A prompt that is not documented is passed over, as the service does.
 */
export const authorize = (entra: Entra, version: Version) => {
  const path = `${entra.origin}/:tenant/oauth2/${version === 1 ? '' : 'v2.0/'}authorize`
  const resolve: Parameters<typeof http.get>[1] = async ({ request, params, cookies }) => {
    const query =
      request.method === 'POST' ? new URLSearchParams(await request.text()) : new URL(request.url).searchParams
    const asked = read(entra, version, params['tenant'], query, cookies[sessionCookie])

    const broken = refusalOf(guards, asked)
    const { directory, client, user } = asked
    if (broken?.redirects)
      return sendBack(entra, { ...returnOf(asked), tenant: directory?.tenant }, errorParams(broken))
    if (broken || directory === undefined || client === undefined) return errorPage(broken ? describe(broken) : '')

    const signIn = signInOf(asked, directory, client)
    if (user !== undefined) return proceed(entra, signIn, user)
    return askToSignIn(entra, signIn, {
      hint: query.get('login_hint') ?? '',
      domain: query.get('domain_hint') ?? undefined,
      freshness: asked.prompt.includes('login') ? 0 : undefined,
    })
  }
  return [http.get(path, resolve), http.post(path, resolve)]
}

/**
 * Who needs no page: the user of the switch, or of the session, if from the directory that is asked and not another than
 * the hinted one.
 */
export const userWithoutPage = (
  entra: Entra,
  directory: Directory | undefined,
  session: string | undefined,
  hint?: string | null,
): User | undefined =>
  [entra.auto, entra.sessions.look(session ?? '')?.user].find(
    (user) =>
      user !== undefined &&
      (directory?.tenant === undefined || user.tenant === directory.tenant.id) &&
      (user === entra.auto || !hint || hint === user.name),
  )

const read = (
  entra: Entra,
  version: Version,
  tenant: unknown,
  query: URLSearchParams,
  session: string | undefined,
): Asked => {
  const directory = directoryOf(entra, tenant)
  const prompt = (query.get('prompt') ?? '').split(' ').filter((word) => word !== '')
  const user = userWithoutPage(entra, directory, session, query.get('login_hint'))
  const anew = user !== entra.auto && (prompt.includes('login') || prompt.includes('select_account'))
  return {
    entra,
    version,
    directory,
    client: entra.clients.find(({ id }) => id === query.get('client_id')),
    query,
    type: (query.get('response_type') ?? '').split(' ').sort().join(' '),
    scopes: version === 1 ? { all: [], resource: query.get('resource') ?? '' } : readScopes(query.get('scope') ?? ''),
    prompt,
    user: anew ? undefined : user,
  }
}

const returnOf = (asked: Asked): Pick<SignIn, 'redirectUri' | 'responseMode' | 'state'> => {
  const usual = bringsIdToken(asked) ? 'fragment' : 'query'
  const mode = asked.query.get('response_mode') ?? usual
  const allowed = mode !== 'query' || !bringsIdToken(asked)
  return {
    redirectUri: asked.client ? replyUrlOf(asked.entra, asked.client) : '',
    responseMode: allowed && modes.includes(mode) ? (mode as ResponseMode) : usual,
    state: asked.query.get('state') ?? undefined,
  }
}

const signInOf = (asked: Asked, { tenant }: Directory, client: Client): SignIn => ({
  ...returnOf(asked),
  endpoint: 'authorize',
  version: asked.version,
  tenant,
  client,
  responseType: asked.type as ResponseType,
  resource: asked.scopes.resource ?? '',
  scopes: asked.scopes.all,
  nonce: asked.query.get('nonce') ?? undefined,
  challenge: challengeOf(asked.query),
  consent: asked.prompt.includes('admin_consent') ? 'admin' : asked.prompt.includes('consent') ? 'user' : undefined,
})

const challengeOf = (query: URLSearchParams): Challenge | undefined => {
  const value = query.get('code_challenge')
  return value === null
    ? undefined
    : { method: query.get('code_challenge_method') === 'S256' ? 'S256' : 'plain', value }
}
