import type { Guard } from './guard.ts'
import { refusalOf } from './guard.ts'
import { lacksConsent } from './directory.ts'
import { readScopes } from './scopes.ts'
import type { Authenticated, Decision } from './token-request.ts'
import { needs, resourceGuards, resourceOf } from './token-request.ts'

type Asked = Authenticated

// oxfmt-ignore
const guards: readonly Guard<Asked>[] = [
  { error: 'invalid_request', code: 9001023, says: 'The grant type is not supported over the /common or /organizations endpoints.', unless: ({ directory }) => directory.is === 'tenant' },
  { ...needs('resource'), unless: (asked) => asked.version === 2 || needs('resource').unless(asked) },
  { ...needs('scope'), unless: (asked) => asked.version === 1 || needs('scope').unless(asked) },
  { error: 'invalid_scope', code: 1002012, says: 'Client credential flows must have a scope value with /.default suffixed to the resource identifier.', unless: ({ version, form }) => version === 1 || readScopes(form.get('scope') ?? '').all.every((scope) => scope.endsWith('/.default')) },
  { error: 'invalid_grant', code: 65001, says: 'The administrator has not consented to use the application.', suberror: 'consent_required', unless: ({ entra, directory, client }) => directory.is === 'any' || !lacksConsent(entra, directory.tenant, client) },
]

/**
 * Grants a client a token of its own: without user, id token or refresh token.
 *
 * @see RFC 6749 section 4.4
 */
export const grantAppOnly = (request: Authenticated): Decision => {
  const broken = refusalOf(guards, request)
  const { tenant } = request.directory
  if (broken || tenant === undefined) return broken ?? { error: 'invalid_request', code: 90002, says: '' }
  const unknown = refusalOf(resourceGuards, { ...request, tenant })
  if (unknown) return unknown

  const nothing = { user: undefined, nonce: undefined, openid: false, refreshToken: undefined, scopes: [] }
  return { ...nothing, tenant, client: request.client, resource: resourceOf(request) ?? '' }
}
