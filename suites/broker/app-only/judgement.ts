import type { ClauseId } from '../../../fixtures/clauses/clause.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { decodeForm, valuesOf } from '../../../protocols/form.ts'
import { textOf } from '../../../protocols/wire.ts'
import type { AskedAppOnly } from './request.ts'
import { askAppOnly, inWords, validAppOnly } from './request.ts'
import type { People } from './request.ts'

/** Whether the target asked for a token of the client's own, as only the client's secret can. */
export const isAppOnlyGrant = ({ request }: Exchange): boolean =>
  request.method === 'POST' && valuesOf(decodeForm(textOf(request)), 'grant_type').includes('client_credentials')

/**
 * Judges that a request for an app-only token was refused: no token came out, and the client's secret was not used to get one.
 *
 * @throws Violation of kind `handed-out` or `secret-used`
 */
export const refusedAppOnly = ({ outcome, sent }: AskedAppOnly, what: string, clause?: ClauseId): void => {
  const expected = `${what} refused, and no use of the client's secret`
  const fail = (kind: string, actual: string) =>
    new Violation(kind, { expected, actual, ...(clause !== undefined && { clause }) })
  if (outcome.is === 'token') throw fail('handed-out', 'an access token')
  const grants = sent.filter(isAppOnlyGrant).length
  if (grants > 0) throw fail('secret-used', `${inWords(outcome)}, after the secret had been used for a grant`)
  if (outcome.is !== 'refusal') throw new Inconclusive('unreadable', inWords(outcome))
}

/** Sends a token in the place of a user's, and judges that it was refused. */
export const buysNothing = async (
  context: Context,
  people: Pick<People, 'client'>,
  token: string | readonly string[],
  what: string,
): Promise<void> => refusedAppOnly(await askAppOnly(context, validAppOnly(people, token)), what)
