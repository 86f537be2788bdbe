import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'

/** Why a token is refused: the number and reason of `x-ms-diagnostics`, where they are on record, and the body. */
export type TokenRefusal = { code?: number; reason?: string; error?: string; says: string }

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
