import { createHash } from 'node:crypto'
import { graph } from './directory.ts'
import { stsMisbehaves } from './for-sharepoint.ts'
import type { Guard } from './guard.ts'
import { refusalOf } from './guard.ts'
import { issueRefreshToken } from './renew.ts'
import { readScopes } from './scopes.ts'
import type { Challenge, Code } from './state.ts'
import type { Authenticated, Decision } from './token-request.ts'
import { needs, resourceGuards, resourceOf } from './token-request.ts'

type Asked = Authenticated & { code: Code }

const invalid = { error: 'invalid_grant' }

// oxfmt-ignore
const requestGuards: readonly Guard<Authenticated & { code: Code | undefined }>[] = [
  needs('code'),
  needs('redirect_uri'),
  { ...invalid, code: 70000, says: 'The provided authorization code is not valid.', unless: ({ code, client }) => code?.client.id === client.id },
]

// oxfmt-ignore
const codeGuards: readonly Guard<Asked>[] = [
  { ...invalid, code: 700005, says: 'The provided authorization code was issued for another tenant.', unless: ({ code, directory }) => directory.is === 'any' || directory.tenant.id === code.tenant.id },
  { ...invalid, code: 54005, says: 'The authorization code was already redeemed.', unless: ({ code }) => !code.spent },
  { ...invalid, code: 70008, says: 'The provided authorization code has expired.', unless: ({ code, entra }) => entra.clock.now() < code.expiresAt },
  { ...invalid, code: 500112, says: 'The reply address does not match the reply address of the authorization request.', unless: ({ code, form }) => form.get('redirect_uri') === code.redirectUri },
  { ...invalid, code: 501481, says: 'The code_verifier does not match the code_challenge of the authorization request.', unless: ({ code, form }) => proves(form.get('code_verifier'), code.challenge) },
]

// oxfmt-ignore
const bindingGuards: readonly Guard<Asked>[] = [
  { ...invalid, code: 70000, says: 'The provided authorization code is not valid.', unless: ({ entra, code }) => !stsMisbehaves(entra, code.tenant, code.client, 'sts.refuses-codes') },
  { error: 'invalid_resource', code: 500011, says: 'The resource differs from that of the authorization request.', unless: (asked) => asked.code.resource === '' || ['', asked.code.resource].includes(resourceOf(asked) ?? '') },
  { error: 'invalid_request', code: 900144, says: "The request body must contain the following parameter: 'resource'.", unless: (asked) => asked.version === 2 || asked.code.resource !== '' || resourceOf(asked) !== '' },
]

/**
 * Spends an authorization code: within ten minutes, once, by the client it was issued to, for the same reply URL, and
 * with the verifier of its challenge. A refused attempt does not spend it.
 *
 * @see RFC 6749 section 4.1.3; RFC 7636 section 4.6
 */
export const redeemCode = (request: Authenticated): Decision => {
  const { entra, form, version } = request
  const code = entra.codes.look(form.get('code') ?? '')
  const unusable = refusalOf(requestGuards, { ...request, code })
  if (unusable || code === undefined) return unusable ?? { ...invalid, code: 70000, says: '' }

  const asked = { ...request, code, tenant: code.tenant }
  const broken = refusalOf(codeGuards, asked) ?? refusalOf(resourceGuards, asked) ?? refusalOf(bindingGuards, asked)
  if (broken) return broken

  code.spent = true
  const { client, tenant, user, nonce } = code
  const resource = code.resource || resourceOf(asked) || graph
  const { all } = readScopes(code.resource === '' && version === 2 ? (form.get('scope') ?? '') : '')
  const scopes = [...new Set([...code.scopes, ...all])]
  const openid = version === 1 || code.scopes.includes('openid')
  const granted = { client, tenant, user, resource, scopes, openid }
  const offline = version === 1 || code.scopes.includes('offline_access')
  return { ...granted, nonce, refreshToken: offline ? issueRefreshToken(entra, granted) : undefined }
}

/** A verifier without a challenge is refused too: a challenge may have been removed on the way (RFC 9700 section 2.1.1). */
const proves = (verifier: string | null, challenge: Challenge | undefined): boolean => {
  if (challenge === undefined || verifier === null) return challenge === undefined && verifier === null
  const shown = challenge.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url')
  return shown === challenge.value
}
