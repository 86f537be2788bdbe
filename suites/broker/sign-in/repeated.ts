import { single } from '../../../fixtures/world/slice.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import { describe, sentTo, wentUpstream } from '../authorize/request.ts'
import { partiesOf, partiesSignIn, peopleOf, signIn, validSignIn } from './request.ts'

/**
 * Judges what a request of two meanings obtained: nothing, or, where the sources do not describe the dialect, what is no secret to the
 * registered reply that it came to. Whether its page says so in the words of row 2 is left open.
 */
const meansNothing = (context: Context, asked: Asked, replies: readonly string[], what: string): void => {
  const fail = (kind: string) =>
    new Violation(kind, { expected: `${what} refused at the broker`, actual: describe(asked) })
  const sent = sentTo(asked)
  if (sent && !replies.includes(sent.url)) throw fail('sent-elsewhere')
  if (sent && context.dialect.documented) throw fail('answered')
  if (sent) return context.note(`answers ${what} at a registered reply`)
  if (context.dialect.documented && wentUpstream(asked)) throw fail('sent-to-sign-in')
  if (asked.outcome.is !== 'refusal') context.note(`a page that is no refusal answers ${what}`)
}

/** A request that says two things at once. */
export const repeatedParameters: Check = {
  id: 'sign-in.malformed.repeated',
  title: 'a request that says two things at once is no WS-Federation request',
  sends:
    'sign-in requests with two wtrealm, two wreply, two wctx or two wa of different values, in either order, and one with a wresult in it',
  owes: 'error row 2; never a response, least of all for another party or at another URL',
  clauses: ['sign-in.malformed'],
  weaker: 'practice',
  attacks: ['WSF-06', 'WSF-17'],
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, partiesPerTenant: 2 }, scope: 'slice' },
  kills: [
    'broker.takes-first-of-repeated-parameters',
    'broker.takes-last-of-repeated-parameters',
    'broker.overlooks-result-in-request',
  ],
  control: partiesSignIn,
  async run(context) {
    const { party, user } = peopleOf(context)
    const other = partiesOf(context).find((one) => one.party !== party)?.party
    if (other === undefined) throw new TypeError('the slice has one party only')
    const valid = validSignIn(context, party)
    const pairs: Record<string, readonly [string, string]> = {
      realm: [party.realm, other.realm],
      reply: [party.reply, `https://stranger-${context.slice.tag}.test/`],
      context: ['one', 'other'],
      action: ['wsignin1.0', 'wsignout1.0'],
    }
    const cases: SignInInput[] = Object.entries(pairs).flatMap(([name, [one, two]]) => [
      { ...valid, [name]: [one, two] },
      { ...valid, [name]: [two, one] },
    ])
    const mixed = { ...valid, more: [['wresult', '<RequestSecurityTokenResponse/>']] } satisfies SignInInput
    await context.each([...cases, mixed], async (input) => {
      const asked = await signIn(context, input, user)
      meansNothing(context, asked, [party.reply, other.reply], JSON.stringify(input))
    })
  },
}
