import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, casesFor, freshPairs, manyPairs, owedData, owned, answers, told, trust } from './asking.ts'
import type { Grant } from './traffic.ts'

/**
 * The grant that a trust dialog owes: one redemption, and nothing asked of the resource but with what comes of it. Where the call that was
 * interrupted is taken up at once with a token that is due, it is the renewal for that.
 */
export const redeemedBy = async (context: Context, pair: Pair, as: 'user' | 'service' = 'user'): Promise<Grant> => {
  const { redemptions, renewals, data } = await trust(context, pair, as)
  const [grant] = redemptions
  const fail = (kind: string, actual: string) =>
    new Violation(kind, { expected: 'one redemption of the code of a trust dialog, and no data before it', actual })
  if (grant?.access === undefined || redemptions.length !== 1)
    throw fail('not-redeemed', `${redemptions.length} redemptions`)
  const grants = [grant, ...renewals]
  const early = data.filter(({ token }) => !grants.some(({ access }) => access === token))
  if (early.length > 0) throw fail('early-data', `${early.length} calls at the resource with another token`)
  return grants.findLast(({ access }) => access !== undefined) ?? grant
}

/** Judges that a call was made with this token, and that none was asked for. */
export const usesToken = async (
  context: Context,
  pair: Pair,
  access: string | undefined,
  what: string,
): Promise<void> => {
  const called = owedData(await call(context, pair), what)
  const expected = `${what} to be given data by the stored token, without any token request`
  if (called.renewals.length + called.redemptions.length > 0)
    throw new Violation('token-request', { expected, actual: told(called) })
  if (called.data.length === 0 || called.data.some(({ token }) => token !== access))
    throw new Violation('another-token', { expected, actual: called.data.length === 0 ? 'no call at the resource' : 'another token' }) // prettier-ignore
}

/** Has some users trust the target, and calls for them in another order. */
const servedAfter = async (context: Context, pairs: readonly Pair[], calls: readonly Pair[] = pairs) => {
  const tokens = new Map<Pair, string | undefined>()
  for (const pair of pairs) tokens.set(pair, (await redeemedBy(context, pair)).access)
  for (const pair of calls) await usesToken(context, pair, tokens.get(pair), 'a user who has trusted the target')
}

/** The trust dialog stores the token, and the call succeeds. */
export const servesAfterTrust: CacheCheck = {
  id: 'cache.after-trust.served',
  title: 'who has completed the trust dialog is given data by the token that came of it, and nobody else is',
  sends: 'trust dialogs of several users for several resources, one after the other, and then calls in any order',
  owes: 'one redemption at the end of each dialog, and each call with the token of its own dialog, without another request for one',
  clauses: ['cache.after-trust', 'cache.per-user', 'cache.per-audience'],
  needs: manyPairs,
  kills: [
    'cache.stores-nothing-after-trust',
    'cache.keeps-one-token-per-user',
    'cache.keeps-one-token-per-resource',
    'cache.renews-every-call',
    'cache.takes-seconds-for-milliseconds',
  ],
  control: answers,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each(['one', 'two users', 'two resources'] as const, async (which) => {
      const [first, second] = fresh.pairs(2).map(owned)
      const pairs = { one: [], 'two users': [owned(second)], 'two resources': [fresh.elsewhere(owned(first))] }
      await servedAfter(context, [owned(first), ...pairs[which]])
    })
    const orders = fc.shuffledSubarray([0, 1, 2], { minLength: 1 })
    await context.forEvery('orders', orders, Math.min(12, casesFor(context, 6)), async (order) => {
      const pairs = fresh.pairs(3)
      await servedAfter(
        context,
        pairs,
        order.flatMap((index) => pairs[index] ?? []),
      )
    })
  },
}
