import type { DeclaredRow, ErrorRowId } from '../../fixtures/error-table.ts'
import { documentedRows, errorRowIds } from '../../fixtures/error-table.ts'

/** What a page shows of a row beside its text. */
export type Numbers = { code: string; id: string }

const ids: Record<ErrorRowId, string> = {
  unhandled: 'UnhandledError',
  'not-ws-federation': 'InvalidRequest',
  'sign-in-request': 'SignInRequestFailed',
  'sign-in-response': 'SignInResponseFailed',
  'sign-out-request': 'SignOutRequestFailed',
  metadata: 'MetadataFailed',
  'unknown-realm': 'UnknownRealm',
  'oauth-version': 'UnsupportedVersion',
  'authorization-request': 'AuthorizationRequestFailed',
  'authorization-response': 'AuthorizationResponseFailed',
  'token-request': 'TokenRequestFailed',
}

/** The code and id of a row in the reference broker's own table. They are of its own making: the documented ones are lost. */
export const numbersOf = (row: ErrorRowId): Numbers => ({
  code: `BS${1000 + documentedRows[row].number}`,
  id: ids[row],
})

/** The status of a row: two of them are the broker's own failures. */
export const statusOf = (row: ErrorRowId): 400 | 500 => (row === 'unhandled' || row === 'metadata' ? 500 : 400)

/** The reference broker's own table, as its target file declares it. */
export const ownErrorTable: readonly DeclaredRow[] = errorRowIds.map((row) => ({
  row,
  ...numbersOf(row),
  status: statusOf(row),
}))
