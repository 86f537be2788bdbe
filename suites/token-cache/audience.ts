import * as fc from 'fast-check'
import { Inconclusive } from '../../harness/judge/blame.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, manyPairs, owned, pairsOf, serves } from './asking.ts'
import { redeemedBy, usesToken } from './after-trust.ts'
import { dueAtOnce, renewed } from './expired-token.ts'
import type { Grant } from './traffic.ts'

const without = 12

/** A resource: one of those without an audience, by its number, or one that has one. */
type Pick = number | 'with'

/** Gives a resource that the user of this number has no token for: the one that is meant, or the next one. */
const resourcesFor = (context: Context): ((user: number, pick: Pick) => Pair) => {
  const left = pairsOf(context).slice(1)
  const [bare, others] = [true, false].map((is) => left.filter(([pair]) => (pair?.client.withoutAudience ?? false) === is)) // prettier-ignore
  const used = new Set<Pair>()
  return (user, pick) => {
    const lists = pick === 'with' ? owned(others) : [...owned(bare).slice(pick), ...owned(bare).slice(0, pick)]
    const pair = lists.flatMap((list) => list[user] ?? []).find((one) => !used.has(one))
    if (pair === undefined) throw new Inconclusive('undelivered', 'no resource is left that the user has no token for')
    used.add(pair)
    return pair
  }
}

/** A user trusts the target for these resources, and is served by the token of each. */
const servedAt = async (context: Context, pairs: readonly Pair[], due: boolean) => {
  const grants: [Pair, Grant][] = []
  context.hostile(...(due ? [dueAtOnce(context)] : []))
  for (const pair of pairs) grants.push([pair, await redeemedBy(context, pair)])
  for (const [pair, { access, refresh }] of grants) {
    const what = pair.client.withoutAudience ? 'a token for a resource without an audience' : 'a token for a resource'
    if (due) renewed(await call(context, pair), refresh, what)
    else await usesToken(context, pair, access, what)
  }
}

/** A resource without an audience works as any other. */
export const audienceOptional: CacheCheck = {
  id: 'cache.audience-optional.served',
  title: 'a resource without an audience is served as any other is, by tokens of its own',
  sends:
    'trust dialogs and calls of a user for resources that have no audience and for others, by tokens that are valid or due',
  owes: 'data by the token that was got for that resource, or by a renewal of it',
  clauses: ['cache.audience-optional'],
  needs: { ...manyPairs, shape: { ...manyPairs.shape, sharePointClientsWithoutAudience: without } },
  kills: [
    'cache.refuses-resources-without-audience',
    'cache.says-undefined-for-no-audience',
    'cache.refuses-further-resources-without-audience',
    'cache.keeps-one-token-without-audience',
  ],
  control: serves,
  async run(context) {
    const resourceFor = resourcesFor(context)
    const users = owned(pairsOf(context)[0]).length
    let turn = 0
    const served = (picks: readonly Pick[], due: boolean) => {
      const user = turn++ % users
      return servedAt(context, picks.map((pick) => resourceFor(user, pick)), due) // prettier-ignore
    }
    await context.each([false, true], (due) => served([0, 'with', 1], due))
    const pick: fc.Arbitrary<Pick> = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: without - 1 }) },
      { weight: 1, arbitrary: fc.constant('with' as const) },
    )
    const cases = fc.tuple(fc.array(pick, { minLength: 1, maxLength: 3 }), fc.boolean())
    await context.forEvery('picks', cases, Math.min(16, Math.ceil(context.runs / 5)), ([picks, due]) =>
      served(picks, due),
    )
    context.hostile()
  },
}
