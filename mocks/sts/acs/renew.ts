import { randomBytes } from 'node:crypto'
import { revokeGrants } from '../../idp/entra/state.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { refusalOf } from '../../idp/entra/guard.ts'
import type { Guard } from './errors.ts'
import type { Acs, RefreshToken } from './state.ts'
import { acsMisbehaves, lifetimesIn } from './state.ts'
import type { Authenticated, Decision } from './token-request.ts'
import { needs } from './token-request.ts'

type Asked = Authenticated & { token: RefreshToken }

const invalid = { error: 'invalid_grant' }
const unknown = { ...invalid, acs: 70000, aadsts: 70000, says: 'The provided refresh token is not valid.' }
const expired = { ...invalid, acs: 70008, says: 'The provided refresh token has expired.', status: 401 as const }

// oxfmt-ignore
const requestGuards: readonly Guard<Authenticated & { token: RefreshToken | undefined }>[] = [
  needs('refresh_token'),
  { ...unknown, unless: ({ token, client }) => token?.client === client },
]

// oxfmt-ignore
const tokenGuards: readonly Guard<Asked>[] = [
  { ...invalid, acs: 50173, aadsts: 50173, says: 'The provided grant has been revoked; a fresh one is needed.', unless: ({ acs, token }) => token.generation === generationOf(acs, token.user) },
  { ...unknown, unless: ({ acs, tenant, token }) => !(token.spent && acsMisbehaves(acs, tenant, 'sts.spends-refresh-tokens')) },
  { ...expired, aadsts: 70008, unless: ({ acs, tenant, token }) => acs.entra.clock.now() - token.grantedAt < lifetimesIn(acs, tenant).refreshMaximum },
  { ...expired, aadsts: 700082, unless: ({ acs, tenant, token }) => acs.entra.clock.now() - token.issuedAt < lifetimesIn(acs, tenant).refresh },
  { ...expired, aadsts: 70008, unless: ({ acs, tenant }) => !acsMisbehaves(acs, tenant, 'sts.refuses-renewals') },
]

/**
 * Renews by a refresh token: a new one comes along, with a window of its own, and the old one lives on. An expired one is
 * answered with 401.
 *
 * @see OAUTH: Refresh Token; SharePoint documentation, handling security tokens in low-trust add-ins
 */
export const renew = (request: Authenticated): Decision => {
  const { acs, form, tenant } = request
  const token = acs.refreshTokens.look(form.get('refresh_token') ?? '')
  const unusable = refusalOf(requestGuards, { ...request, token })
  if (unusable || token === undefined) return unusable ?? unknown
  if (token.spent && acsMisbehaves(acs, tenant, 'sts.detects-reuse')) revokeGrants(acs.entra, token.user)
  const broken = refusalOf(tokenGuards, { ...request, token })
  if (broken) return broken

  token.spent = true
  const keeps = acsMisbehaves(acs, tenant, 'sts.keeps-refresh-token')
  return { user: token.user, refreshToken: keeps ? undefined : issueRefreshToken(acs, token, token.grantedAt) }
}

/** Issues a refresh token: the first of a grant, or one more of a grant made at `grantedAt` (ms). */
export const issueRefreshToken = (
  acs: Acs,
  { client, user }: Pick<RefreshToken, 'client' | 'user'>,
  grantedAt = acs.entra.clock.now(),
): string => {
  const value = `IAAAA${randomBytes(300).toString('base64url')}`
  const issuedAt = acs.entra.clock.now()
  acs.refreshTokens.put(value, { client, user, grantedAt, issuedAt, generation: generationOf(acs, user), spent: false })
  return value
}

const generationOf = ({ entra }: Acs, { objectId }: User): number => entra.generations.get(objectId) ?? 0
