import { acsId, sharePointId } from '../../../protocols/acs/names.ts'
import { refused } from '../refusal.ts'
import type { TokenRefusal } from '../refusal.ts'

/** Answers a call without a good token by telling which realm this is, and whose tokens it takes. */
export const unauthorized = (realm: string, refusal?: TokenRefusal) =>
  refused(
    [
      `Bearer realm="${realm}"`,
      `client_id="${sharePointId}"`,
      `trusted_issuers="${acsId}@*,https://sts.windows.net/*/"`,
    ].join(),
    refusal,
  )
