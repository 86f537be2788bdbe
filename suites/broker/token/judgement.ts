import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { textOf } from '../../../protocols/wire.ts'
import { issuedIn } from '../../../harness/record/issued.ts'
import { grantsOf } from './grants.ts'
import type { Handed, Redeemed } from './request.ts'
import { handedBy, told } from './request.ts'

/**
 * Judges that a token request came to nothing: no token came out, in whatever place of whatever answer, and no token endpoint
 * was asked for one.
 *
 * @throws Violation of kind `token` or `granted`
 */
export const obtainsNothing = (redeemed: Redeemed, what: string): void => {
  const fail = (kind: string, actual: string) =>
    new Violation(kind, { expected: `${what} refused, and no token asked for upstream`, actual })
  if (handedBy(redeemed)) throw fail('token', told(redeemed))
  if (leaksToken(redeemed)) throw fail('token', `an answer that contains a token: ${told(redeemed)}`)
  const [grant] = grantsOf(redeemed)
  if (grant) throw fail('granted', `a grant at ${grant.path} for client ${grant.id}; ${told(redeemed)}`)
}

/** Whether an answer of the target contains what a mock issued because of this request. */
export const leaksToken = ({ journey, sent }: Redeemed): boolean => {
  const issued = sent.flatMap(({ response }) => (response ? issuedIn(response) : []))
  return journey
    .filter(({ to }) => to === 'target')
    .some(({ response }) => {
      const text = response ? `${response.headers.flat().join('\n')}\n${textOf(response)}` : ''
      return issued.some((token) => text.includes(token))
    })
}

/**
 * The token that was owed. What cannot be read, such as silence or an overloaded target, accuses nobody.
 *
 * @throws Violation of kind `no-token`
 */
export const owedToken = (redeemed: Redeemed, expected: string): Handed => {
  const handed = handedBy(redeemed)
  if (handed) return handed
  readable(redeemed)
  throw new Violation('no-token', { expected, actual: told(redeemed) })
}

/** @throws Inconclusive where the answer says nothing of the request */
export const readable = ({ outcome }: Pick<Redeemed, 'outcome'>): void => {
  if (outcome.is === 'unreadable') throw new Inconclusive('unreadable', `where a token was owed: ${outcome.why}`)
}

/**
 * Judges that a token request was refused: it came to nothing, there is a refusal, and what the request gave is not used
 * later either.
 *
 * @throws Violation as {@link obtainsNothing}
 */
export const refused = (context: Context, redeemed: Redeemed, what: string): void => {
  obtainsNothing(redeemed, what)
  refusalSeen(context, redeemed)
  notUsedLater(context, redeemed, what)
}

/** What a refused request gave is for nothing any more. */
const notUsedLater = (context: Context, redeemed: Redeemed, what: string): void => {
  for (const given of redeemed.given) {
    context.afterwards(given, (exchange) => {
      const [grant] = grantsOf({ ...redeemed, sent: [exchange] })
      return (
        grant &&
        new Violation('granted', {
          expected: `${what} refused, and no token asked for upstream`,
          actual: `a grant at ${grant.path} for client ${grant.id} after the answer, which was ${told(redeemed)}`,
        })
      )
    })
  }
}

/** @throws Inconclusive where nobody can tell whether the target refused */
export const refusalSeen = (context: Context, redeemed: Redeemed): void => {
  if (redeemed.outcome.is !== 'refusal') {
    throw new Inconclusive('unreadable', `${told(redeemed)}: give the dialect the wording of a refusal`)
  }
  const status = redeemed.journey.at(-1)?.response?.status ?? 0
  if (status >= 500)
    context.note(`refuses with status ${status}; that it lives on was seen from the valid form afterwards`)
}
