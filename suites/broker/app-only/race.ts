import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { grantsNothingTo, idleClient } from './afterwards.ts'
import {
  askAtOnce,
  inWords,
  needsOf,
  peopleOf,
  redeems,
  userGetsAppOnly,
  userTokenOf,
  validAppOnly,
} from './request.ts'

/** A request that comes while another one is answered is judged by the token that it brings. */
export const onlyTheBearer: Check = {
  id: 'app-only.needs-user-token.race',
  title: "of many who ask for an app-only token at once, nobody but the bearer of a user's token obtains one",
  sends:
    'a valid request and, at the same time, requests of the same and of another client of its tenant without a token or with what is none, over all nodes',
  owes: 'no token for any of the others, and no grant for the other client, whatever becomes of the valid one',
  clauses: ['app-only.needs-user-token'],
  applies: redeems,
  needs: needsOf({ sharePointClientsPerTenant: 2 }),
  kills: ['broker.shares-app-only-answers-by-client', 'broker.shares-app-only-answers-by-realm'],
  control: userGetsAppOnly,
  async run(context) {
    const people = peopleOf(context)
    const idle = idleClient(context)
    grantsNothingTo(context, idle.client)
    const token = await userTokenOf(context, people)
    const strangers = fc.record({
      who: fc.constantFrom(people, idle),
      brings: fc.constantFrom<string | readonly string[]>([], '', 'garbage', 'e30.e30.'),
    })
    const races = fc.record({ others: fc.array(strangers, { minLength: 2, maxLength: 6 }), at: fc.nat(6) })
    await context.forEvery('races', races, Math.ceil(context.runs / 5), async ({ others, at }) => {
      const wrong = others.map(({ who, brings }) => validAppOnly(who, brings))
      const first = at % (wrong.length + 1)
      const all = await askAtOnce(context, [
        ...wrong.slice(0, first),
        validAppOnly(people, token),
        ...wrong.slice(first),
      ])
      const losing = all.toSpliced(first, 1)
      const winner = losing.find(({ is }) => is === 'token')
      if (winner !== undefined)
        throw new Violation('handed-out', {
          expected: `no token for who brings none of a user, among ${all.length} at once`,
          actual: inWords(winner),
        })
      /** A broker that is too busy for some has still refused the others. */
      const [one] = losing
      if (one !== undefined && losing.every(({ is }) => is !== 'refusal'))
        throw new Inconclusive('unreadable', `of ${losing.length} at once none was refused, but for one came: ${inWords(one)}`) // prettier-ignore
    })
  },
}
