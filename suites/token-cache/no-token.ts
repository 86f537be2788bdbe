import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import { call, casesFor, freshPairs, manyPairs, offeredTo, owned, answers, told, trust } from './asking.ts'

/** Judges that a call was told to begin the trust dialog, and that nothing was asked of the resource. */
export const prompted = (called: Called, what: string): void => {
  if (called.data.length > 0)
    throw new Violation('data-request', { expected: `no request for data for ${what}`, actual: told(called) })
  offeredTo(called, what)
}

/** Calls for a user who has no token, after others have got theirs. */
const callsWithout = async (context: Context, pair: Pair, others: readonly (readonly [Pair, 'user' | 'service'])[]) => {
  for (const [other, as] of others) {
    const { redemptions } = await trust(context, other, as)
    if (redemptions.length === 0)
      throw new Inconclusive('undelivered', 'the trust dialog of another user came to nothing')
  }
  prompted(await call(context, pair), 'a user without a token')
}

/** Without a token, nothing but the trust dialog. */
export const promptsWithoutToken: CacheCheck = {
  id: 'cache.no-token.prompted',
  title: 'a user without a token is offered the trust dialog, and nothing is asked of the resource',
  sends:
    'calls for users who have no token, where other users, the service account or the same user elsewhere have one',
  owes: 'the answer that there is no token, with a trust URL, and no call at the resource with any token',
  clauses: ['cache.no-token', 'cache.per-user'],
  needs: manyPairs,
  kills: [
    'cache.lends-service-token',
    'cache.lends-tokens-of-others',
    'cache.lends-tokens-once-there-are-three',
    'cache.offers-no-trust',
    'cache.offers-no-trust-for-further-resources',
    'cache.offers-no-trust-for-seventh-resource',
    'cache.keeps-one-token-per-user',
    'cache.keeps-one-token-per-resource',
  ],
  control: answers,
  async run(context) {
    const fresh = freshPairs(context)
    const hasService = context.cache.serviceAccount !== undefined
    await context.each(
      [
        'nobody',
        'another user',
        'the same user elsewhere',
        ...(hasService ? (['the service account'] as const) : []),
      ] as const,
      async (who) => {
        const [pair, other] = fresh.pairs(2).map(owned)
        const others = {
          nobody: [],
          'another user': [owned(other)],
          'the same user elsewhere': [fresh.elsewhere(owned(pair))],
        }
        await callsWithout(
          context,
          owned(pair),
          who === 'the service account'
            ? [[owned(other), 'service']]
            : others[who].map((one) => [one, 'user'] as const),
        )
      },
    )
    const counts = fc.array(fc.boolean(), { minLength: 0, maxLength: 4 })
    await context.forEvery('others', counts, Math.min(14, casesFor(context, 5)), async (kinds) => {
      const [pair, ...others] = fresh.pairs(kinds.length + 1)
      await callsWithout(
        context,
        owned(pair),
        others.map((other) => [other, 'user'] as const),
      )
    })
  },
}
