import { randomUUID } from 'node:crypto'
import type { Guard } from './guard.ts'
import { refusalOf } from './guard.ts'
import { lacksConsent, misbehaves } from './directory.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { lifetimesOf, stsMisbehaves } from './for-sharepoint.ts'
import { readScopes } from './scopes.ts'
import type { Entra, RefreshToken } from './state.ts'
import { revokeGrants } from './state.ts'
import type { Authenticated, Decision } from './token-request.ts'
import { needs, resourceGuards, resourceOf } from './token-request.ts'

type Asked = Authenticated & { token: RefreshToken }

const invalid = { error: 'invalid_grant' }
const notValid = { ...invalid, code: 70000, says: 'The provided refresh token is not valid.', suberror: 'bad_token' }

// oxfmt-ignore
const requestGuards: readonly Guard<Authenticated & { token: RefreshToken | undefined }>[] = [
  needs('refresh_token'),
  { ...notValid, unless: ({ token, client }) => token?.client.id === client.id },
]

// oxfmt-ignore
const tokenGuards: readonly Guard<Asked>[] = [
  { ...invalid, code: 50020, says: 'User account from another tenant does not exist in this one.', unless: ({ token, directory }) => directory.is === 'any' || directory.tenant.id === token.tenant.id },
  { ...invalid, code: 50173, says: 'The provided grant has been revoked; a fresh one is needed.', suberror: 'bad_token', unless: ({ token, entra }) => token.generation === generationOf(entra, token) },
  { ...notValid, unless: ({ token, entra }) => !(token.spent && serveOnce(entra, token)) },
  { ...invalid, code: 70008, says: 'The refresh token has expired: it was renewed for as long as is allowed.', suberror: 'bad_token', unless: ({ token, entra }) => entra.clock.now() - token.grantedAt < lifetimesOf(entra, token.tenant, token.client).refreshMaximum },
  { ...invalid, code: 700082, says: 'The refresh token has expired due to inactivity.', suberror: 'bad_token', unless: ({ token, entra }) => entra.clock.now() - token.issuedAt < lifetimesOf(entra, token.tenant, token.client).refresh },
  { ...invalid, code: 700082, says: 'The refresh token has expired due to inactivity.', suberror: 'bad_token', unless: ({ token, entra }) => !stsMisbehaves(entra, token.tenant, token.client, 'sts.refuses-renewals') },
  { ...invalid, code: 65001, says: 'The user or administrator has not consented to use the application.', suberror: 'consent_required', unless: ({ token, entra }) => !lacksConsent(entra, token.tenant, token.client) },
]

/**
 * Renews by a refresh token: a new one comes with every answer, with a window of its own, and the old one lives on unless
 * the switch says that it serves once. It is bound to user and client, not to an API.
 *
 * @see Entra documentation, refresh tokens; RFC 6749 section 6
 */
export const renew = (request: Authenticated): Decision => {
  const { entra, form, version } = request
  const token = entra.refreshTokens.look(form.get('refresh_token') ?? '')
  const unusable = refusalOf(requestGuards, { ...request, token })
  if (unusable || token === undefined) return unusable ?? notValid

  const asked = { ...request, token, tenant: token.tenant }
  const does = (mode: `sts.${string}` & HostileModeId) => stsMisbehaves(entra, token.tenant, token.client, mode)
  if (token.spent && does('sts.detects-reuse')) revokeGrants(entra, token.user)
  const broken = refusalOf(tokenGuards, asked) ?? refusalOf(resourceGuards, asked)
  if (broken) return broken

  token.spent = true
  const { all } = readScopes(version === 1 ? '' : (form.get('scope') ?? ''))
  const { client, tenant, user, openid } = token
  return {
    client,
    tenant,
    user,
    openid,
    resource: resourceOf(asked) || token.resource,
    scopes: all.length === 0 ? token.scopes : all,
    nonce: undefined,
    refreshToken: does('sts.keeps-refresh-token') ? undefined : issueRefreshToken(entra, token, token.grantedAt),
  }
}

/** Issues a refresh token: the first of a grant, or one more of a grant made at `grantedAt` (ms). */
export const issueRefreshToken = (
  entra: Entra,
  {
    client,
    tenant,
    user,
    resource,
    scopes,
    openid,
  }: Omit<RefreshToken, 'grantedAt' | 'issuedAt' | 'generation' | 'spent'>,
  grantedAt = entra.clock.now(),
): string => {
  const value = `refresh-${randomUUID()}`
  const grant = { client, tenant, user, resource, scopes, openid, grantedAt, spent: false }
  entra.refreshTokens.put(value, { ...grant, issuedAt: entra.clock.now(), generation: generationOf(entra, { user }) })
  return value
}

const serveOnce = (entra: Entra, { tenant, client }: RefreshToken) =>
  entra.spendsRefreshTokens ||
  misbehaves(entra, tenant.id, 'idp.spends-refresh-tokens') ||
  stsMisbehaves(entra, tenant, client, 'sts.spends-refresh-tokens')

const generationOf = ({ generations }: Entra, { user }: Pick<RefreshToken, 'user'>) =>
  generations.get(user.objectId) ?? 0
