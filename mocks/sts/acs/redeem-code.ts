import { refusalOf } from '../../idp/entra/guard.ts'
import type { Guard } from './errors.ts'
import { issueRefreshToken } from './renew.ts'
import type { Code } from './state.ts'
import { acsMisbehaves } from './state.ts'
import type { Authenticated, Decision } from './token-request.ts'
import { needs } from './token-request.ts'

type Asked = Authenticated & { code: Code }

const invalid = { error: 'invalid_grant' }
const unknown = { ...invalid, acs: 70000, aadsts: 70000, says: 'The provided authorization code is not valid.' }

// oxfmt-ignore
const requestGuards: readonly Guard<Authenticated & { code: Code | undefined }>[] = [
  needs('code'),
  needs('redirect_uri'),
  { ...unknown, unless: ({ code, client }) => code?.client === client },
]

// oxfmt-ignore
const codeGuards: readonly Guard<Asked>[] = [
  { ...invalid, acs: 54005, aadsts: 54005, says: 'The authorization code was already redeemed.', unless: ({ code }) => !code.spent },
  { ...invalid, acs: 70008, aadsts: 70008, says: 'The provided authorization code has expired.', unless: ({ code, acs }) => acs.entra.clock.now() < code.expiresAt },
  { ...invalid, acs: 50011, aadsts: 500112, says: 'The redirect URI does not match the one that is registered.', unless: ({ code, form }) => form.get('redirect_uri') === code.redirectUri },
  { ...unknown, unless: ({ acs, tenant }) => !acsMisbehaves(acs, tenant, 'sts.refuses-codes') },
]

/**
 * Spends an authorization code: within five minutes, once, by the client it was issued to, with the registered redirect
 * URI. A refused attempt does not spend it.
 *
 * @see SharePoint documentation, authorization code OAuth flow
 */
export const redeemCode = (request: Authenticated): Decision => {
  const { acs, form } = request
  const code = acs.codes.look(form.get('code') ?? '')
  const unusable = refusalOf(requestGuards, { ...request, code })
  if (unusable || code === undefined) return unusable ?? unknown
  const broken = refusalOf(codeGuards, { ...request, code })
  if (broken) return broken

  code.spent = true
  return { user: code.user, refreshToken: issueRefreshToken(acs, code) }
}
