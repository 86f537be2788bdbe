import * as fc from 'fast-check'
import { resultOf, signed } from '../../fixtures/tampering/tampering.ts'
import { cookiesSet } from '../../harness/agent/set-cookies.ts'
import { Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import { bothSignIn, genuineFor } from './token.ts'
import { answer, needs, sentToBroker, tell, visit } from './visit.ts'

/** What can be seen without moving a clock: a token that lawful clocks still take for valid, and whose session is over at once. */
export const justExpired: Check<'relying-party'> = {
  id: 'party.cookie-until-sign-out.just-expired',
  title: 'whoever has a session that was over when it began is sent to the broker and shown no error',
  sends:
    'results whose token ended a moment to four minutes ago, which clocks that differ lawfully still let in, and a visit to the protected page with the cookies that were set for them',
  owes: 'the page, or the visitor sent to the broker; a party that refuses such tokens is asked nothing more',
  clauses: ['party.cookie-until-sign-out'],
  needs,
  kills: ['party.shows-error-once-over'],
  control: bothSignIn,
  async run(context) {
    const comesBack = async (ago: number) => {
      const first = await sentToBroker(context)
      const { assertion, ...genuine } = genuineFor(context)
      const notOnOrAfter = assertion.issuedAt - ago
      const said = { ...genuine, assertion: { ...assertion, notBefore: notOnOrAfter - 3_600_000, notOnOrAfter } }
      const journey = await answer(context, first, resultOf(said, await signed(said)))
      if (cookiesSet([...first.journey, ...journey]).length === 0)
        return context.note('a token that has just ended is refused, and leaves no session behind')
      const again = await visit(context, { browser: first.browser })
      if ((again.journey.at(-1)?.response?.status ?? 0) < 400) return
      throw new Violation('error-page', {
        expected: 'a visitor whose session is over sent to the broker',
        actual: tell(again),
      })
    }
    await context.each([1_000, 120_000], comesBack)
    await context.forEvery('ago', fc.integer({ min: 1, max: 240_000 }), Math.ceil(context.runs / 10), comesBack)
  },
}
