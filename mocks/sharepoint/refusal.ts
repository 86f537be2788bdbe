import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'

/** Why a token is refused: the number and reason of `x-ms-diagnostics`, where they are on record, and the body. */
export type TokenRefusal = { code?: number; reason?: string; error?: string; says: string }

/** A rule of bearer tokens: what a token is refused for unless it holds. */
export type TokenRule<Asked> = TokenRefusal & { unless: (asked: Asked) => boolean }

const invalidIssuer = 'Invalid issuer or signature.'
const invalidAudience =
  "Exception of type 'Microsoft.IdentityModel.Tokens.AudienceUriValidationFailedException' was thrown."
const invalidAlgorithm = 'The token does not contain valid algorithm in header.'
const expired = 'The token has expired.'

/**
 * What SharePoint says of what is wrong with a token. Numbers and texts are on record for SharePoint Online, but for the number of an
 * expired token; those of a farm are the same, as far as is known.
 *
 * @see PROTOCOLS: bearer errors of SharePoint Online
 */
export const wrong = {
  text: { says: 'Unsupported security token.' },
  algorithm: { code: 3005004, reason: invalidAlgorithm, error: 'invalid_client', says: invalidAlgorithm },
  thumbprint: { says: 'Invalid JWT token. No certificate thumbprint specified in token header.' },
  issuer: { says: invalidIssuer },
  signature: { code: 3000006, reason: 'Token contains invalid signature.', says: invalidIssuer },
  audience: { code: 3000003, reason: 'Invalid audience Uri.', says: invalidAudience },
  time: { reason: expired, error: 'invalid_client', says: expired },
  type: { error: 'invalid_request', says: 'Token type is not allowed.' },
} satisfies Record<string, TokenRefusal>

/** Answers a call without a good token with 401, the challenge, and what is known of the cause. */
export const refused = (challenge: string, refusal?: TokenRefusal) => {
  const { code, reason, error, says } = refusal ?? {}
  const diagnostics =
    reason === undefined
      ? {}
      : { 'x-ms-diagnostics': `${code === undefined ? '' : `${code};`}reason="${reason}";category="invalid_client"` }
  const headers = { 'www-authenticate': challenge, ...diagnostics, 'request-id': randomUUID() }
  return refusal === undefined
    ? new HttpResponse(null, { status: 401, headers })
    : HttpResponse.json({ ...(error !== undefined && { error }), error_description: says }, { status: 401, headers })
}
