import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'
import { acsId, sharePointId } from '../../../protocols/acs/names.ts'
import type { TokenRefusal } from './bearer.ts'

/** What tells whoever has no good token which realm this is, and whose tokens it takes. */
const challengeOf = (realm: string): string =>
  [
    `Bearer realm="${realm}"`,
    `client_id="${sharePointId}"`,
    `trusted_issuers="${acsId}@*,https://sts.windows.net/*/"`,
  ].join()

/** Answers a call without a good token with 401, the challenge, and what is known of the cause. */
export const unauthorized = (realm: string, refused?: TokenRefusal) => {
  const { code, reason, error, says } = refused ?? {}
  const diagnostics =
    reason === undefined
      ? {}
      : { 'x-ms-diagnostics': `${code === undefined ? '' : `${code};`}reason="${reason}";category="invalid_client"` }
  const headers = { 'www-authenticate': challengeOf(realm), ...diagnostics, 'request-id': randomUUID() }
  return refused === undefined
    ? new HttpResponse(null, { status: 401, headers })
    : HttpResponse.json({ ...(error !== undefined && { error }), error_description: says }, { status: 401, headers })
}
