import type { Tenant, User } from '../../../fixtures/world/shapes.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { get } from '../../../harness/dialects/authorize.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { ClauseId } from '../../../fixtures/clauses/clause.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import type { People } from './request.ts'
import { responseIn, signInBy, speaks } from './request.ts'

/** Where a sign-in is taken instead, and by whom. */
export type Elsewhere = { to: Tenant; as: User }

/**
 * Begins a sign-in and takes the request that goes upstream to another directory, as whoever sits at the browser can; a user
 * of that directory signs in there, and its answer comes back to the target.
 */
export const signInElsewhere = async (
  context: Context,
  { tenant }: People,
  input: SignInInput,
  { to, as }: Elsewhere,
): Promise<Asked> => {
  const browser = context.browser()
  const begun = await browser.go(speaks(context, 'signIn').request(input, context.at), undefined, 'idp')
  const last = begun.at(-1)
  const next = last && nextOf(last)
  const there = `${context.at.idp}/${tenant.id}/`
  if (next?.is !== 'redirect' || !next.to.startsWith(there)) {
    throw new Inconclusive('undelivered', `the user was not sent to ${there}, so the request cannot be taken elsewhere`)
  }
  const taken = `/${to.id}/${next.to.slice(there.length)}`
  const journey = await browser.go(get(context.at.idp, taken), as)
  if (!journey.some((hop) => hop.to === 'target')) {
    throw new Inconclusive('undelivered', `the answer of ${to.name} never came to the target`)
  }
  return signInBy(context, [...begun, ...journey])
}

/** @throws Violation of kind `let-in` when a sign-in ended in a response after all */
export const notLetIn = (asked: Asked, because: string, clause: ClauseId): void => {
  if (responseIn(asked.outcome) === undefined) return
  throw new Violation('let-in', { expected: `no response: ${because}`, actual: describe(asked), clause })
}
