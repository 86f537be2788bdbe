import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import { queryOf, valuesOf } from '../../protocols/form.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, casesFor, freshPairs, manyPairs, offeredTo, owedData, owned, serves, watching } from './asking.ts'
import type { Spoils } from './trust-dialog.ts'
import { comesBack, delivers, spoilt, tails, withTail } from './trust-dialog.ts'

/** Delivers a code under a state that the target did not give for it, and looks whether it is sent on all the same. */
const redeemsNothing = async (context: Context, pair: Pair, spoil: Spoils) => {
  const back = await comesBack(context, pair)
  const state = valuesOf(queryOf(back.search), 'state')[0]
  const changed = state === undefined ? undefined : spoil(state)
  if (changed === state) throw new Inconclusive('undelivered', 'the trust dialog came back without a state')
  const [, { redemptions }] = await watching(context, () => delivers(context, back, changed))
  if (redemptions.length === 0) return
  throw new Violation('redeemed', {
    expected: 'a callback to be verified before its code is redeemed',
    actual: 'the code of a callback that belongs to no trust dialog sent to a token endpoint',
  })
}

/** A callback is verified before its code is sent on. */
export const verifiedFirst: CacheCheck = {
  id: 'cache.verifies-trust.before-redeeming',
  title: 'the code of a callback that belongs to no trust dialog of the target is redeemed nowhere',
  sends:
    'codes that the broker has given, delivered without a state, under one that was made up, or under one that was altered, while trust dialogs are open',
  owes: 'no redemption: the documents have the callback verified first and sent back to the broker then, in the order in which they number the steps',
  clauses: ['cache.verifies-trust'],
  weaker: 'reading',
  needs: manyPairs,
  kills: [
    'cache.redeems-before-verifying',
    'cache.redeems-before-verifying-all-of-the-state',
    'cache.takes-any-callback',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each(Object.keys(spoilt) as (keyof typeof spoilt)[], (name) =>
      redeemsNothing(context, fresh.pair(), spoilt[name]),
    )
    await context.forEvery('tails', tails, Math.min(30, casesFor(context, 3)), (tail) =>
      redeemsNothing(context, fresh.pair(), withTail(tail)),
    )
  },
}

/** Completes a trust dialog while others are open, and has the browser come back from it over and over. */
const comesAgain = async (context: Context, [pair, ...others]: readonly Pair[], times: number) => {
  for (const other of others) offeredTo(await call(context, other), 'a user without a token')
  const back = await comesBack(context, owned(pair))
  const [state] = valuesOf(queryOf(back.search), 'state')
  const deliver = () => watching(context, () => delivers(context, back, state))
  const [, first] = await deliver()
  if (first.redemptions.length === 0)
    throw new Inconclusive('undelivered', 'the code of a trust dialog was not redeemed when it came')
  for (let left = times; left > 0; left -= 1) {
    const [, { redemptions }] = await deliver()
    if (redemptions.length === 0) continue
    throw new Violation('redeemed-again', { expected: 'a code to be redeemed once', actual: 'a redemption when its callback came again' }) // prettier-ignore
  }
  owedData(await call(context, owned(pair)), 'a user who has trusted the target and come back once more')
}

/** A callback that comes again, as when a page is loaded anew, is worth nothing. */
export const takenOnce: CacheCheck = {
  id: 'cache.verifies-trust.once',
  title: 'a callback that comes again is not redeemed again, and does no harm to what came of it',
  sends: 'callbacks of trust dialogs two or more times, while none or several other dialogs are open',
  owes: 'one redemption of each code (RFC 6749 section 4.1.2), and data after that',
  clauses: ['cache.verifies-trust'],
  weaker: 'practice',
  needs: manyPairs,
  kills: ['cache.takes-callbacks-again', 'cache.takes-callbacks-again-among-others'],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const again = (others: number, times: number) => comesAgain(context, fresh.pairs(others + 1), times)
    await context.each([1, 2], (times) => again(0, times))
    const rows = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 3 }))
    await context.forEvery('rows', rows, Math.min(16, casesFor(context, 6)), (row) => again(...row))
  },
}
