import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { nodePairs } from '../authorize/nodes.ts'
import { answerTo, begin, deliver, delivered, marked, markOf } from './answers.ts'
import { buysNothing } from './bad-answer.ts'
import type { People } from './request.ts'
import { partiesOf, partiesSignIn } from './request.ts'

const clauses = ['sign-in.rejects-bad-upstream'] as const
const needs = { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' } as const
const upstream: Check['applies'] = (dialect) => (dialect.upstream ? undefined : 'dialect.upstream')

/** The answer to one sign-in, taken to the target as that to another one of the same browser. */
const reused = async (context: Context, people: People, spent: boolean): Promise<void> => {
  const first = await begin(context, people)
  const second = await begin(context, people, first.browser)
  const [answer, other] = [await answerTo(first), await answerTo(second)]
  if (spent) await delivered(context, first.browser, answer)
  const again = await deliver(context, first.browser, marked(answer, markOf(other)))
  buysNothing(
    context,
    again,
    people,
    spent ? 'a token that was used before' : 'an id token that answers another request',
  )
}

/** A token that has been used. */
export const replayedToken: Check = {
  id: 'sign-in.rejects-bad-upstream.replayed',
  title: 'an upstream token is used once',
  sends:
    'the token of a sign-in once more, as the answer to a second one that waits in the same browser; over OpenID Connect also before its own has used it',
  owes: 'a refusal: a token that was used is remembered, an id token answers the nonce of its own request (OpenID Connect Core section 3.1.3.7)',
  clauses,
  weaker: 'practice',
  attacks: ['SAM-14', 'OID-11'],
  applies: upstream,
  needs,
  kills: ['broker.accepts-replays', 'broker.forgets-long-ids', 'broker.ignores-nonce'],
  control: partiesSignIn,
  async run(context) {
    const all = partiesOf(context)
    const cases = all.flatMap((people) =>
      people.tenant.upstream === 'oidc'
        ? [
            { people, spent: true },
            { people, spent: false },
          ]
        : [{ people, spent: true }],
    )
    await context.each(cases, ({ people, spent }) => reused(context, people, spent))
    const people = all.find(({ tenant }) => tenant.upstream === 'wsfed')
    if (people === undefined) return
    const more = fc
      .tuple(fc.integer({ min: 1, max: 160 }), fc.constantFrom('a', '0', '-', '.'))
      .map(([count, unit]) => unit.repeat(count))
    await context.forEvery('ids', more, Math.ceil(context.runs / 10), async (id) => {
      context.hostile(`idp.extends-ids:${id}`)
      await reused(context, people, true)
    })
  },
}

/** A sign-in that has been answered. */
export const answeredTwice: Check = {
  id: 'sign-in.rejects-bad-upstream.answered-twice',
  title: 'a sign-in is answered once',
  sends: 'the answer to a sign-in, a second one with a token of its own, and the first again',
  owes: 'the first is taken, the others are refused (RFC 9700 section 4.7: state is one-time)',
  clauses,
  weaker: 'practice',
  attacks: ['OAU-11'],
  applies: upstream,
  needs,
  kills: ['broker.reuses-sign-ins'],
  control: partiesSignIn,
  async run(context) {
    await context.each(partiesOf(context), async (people) => {
      const begun = await begin(context, people)
      const [first, second] = [await answerTo(begun), await answerTo(begun)]
      await delivered(context, begun.browser, first)
      buysNothing(context, await deliver(context, begun.browser, second), people, 'a second answer to one sign-in')
      buysNothing(context, await deliver(context, begun.browser, first), people, 'the same answer again')
    })
  },
}

/** A sign-in that one node has finished, answered at another. */
export const answeredAtNode: Check = {
  id: 'sign-in.rejects-bad-upstream.answered-at-node',
  title: 'a sign-in that one node has finished is finished by no other',
  sends:
    'the answer to a sign-in to one node; a second one with a token of its own, and the first again, to another node',
  owes: 'the others are refused (RFC 9700 section 4.7: state is one-time)',
  clauses,
  weaker: 'practice',
  attacks: ['SAM-15'],
  applies: upstream,
  needs: { ...needs, capabilities: ['nodes', 'speaks:metadata'] },
  kills: ['broker.spends-sign-ins-on-one-node'],
  control: partiesSignIn,
  async run(context) {
    const all = partiesOf(context)
    const cases = nodePairs(context).flatMap((nodes) => all.map((people) => ({ nodes, people })))
    await context.each(cases, async ({ nodes: [one, other], people }) => {
      const begun = await begin(context, people, context.browser().via(one))
      const [first, second] = [await answerTo(begun), await answerTo(begun)]
      await delivered(context, begun.browser, first)
      const elsewhere = begun.browser.via(other)
      buysNothing(
        context,
        await deliver(context, elsewhere, second),
        people,
        'an answer to what another node has finished',
      )
      buysNothing(context, await deliver(context, elsewhere, first), people, 'an answer that another node has taken')
    })
  },
}
