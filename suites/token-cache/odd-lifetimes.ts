import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import { answers, call, casesFor, completes, freshPairs, manyPairs, needingTime, offeredTo, owedData, readable, serves, told } from './asking.ts' // prettier-ignore
import { redeemedBy } from './after-trust.ts'

/** What is said of a lifetime: `expires_in` and `expires_on` as JSON, or the word absent. */
type Said = readonly [within: string, on: string]

const says = (context: Context, [within, on]: Said) =>
  context.hostile(`sts.says-expires-in:${within}`, `sts.says-expires-on:${on}`)

/** How many token requests one call may make before it is called a loop. */
const mostRequests = 3

const endsSoon = (called: Called, what: string) => {
  readable(called, what)
  if (called.renewals.length + called.redemptions.length > mostRequests)
    throw new Violation('loop', { expected: `${what} to be answered after a few token requests`, actual: told(called) })
}

/** Nobody says when the token ends, or in another type than usual: it can be used. */
const usable: readonly Said[] = [
  ['absent', 'absent'],
  ['3600', 'absent'],
  ['"3600"', 'absent'],
  ['3600.5', 'absent'],
]

/** What is said makes no sense: neither a loop comes of it, nor an end. */
const absurd: readonly Said[] = [
  ['0', 'absent'],
  ['-3600', 'absent'],
  ['"soon"', '"tomorrow"'],
  ['"NaN"', '"NaN"'],
  ['null', 'null'],
  ['[]', '{}'],
  ['1e30', '1e30'],
  ['3600', '1'],
  ['1', '99999999999'],
]

/** A lifetime that is missing or makes no sense. */
export const oddLifetimes: CacheCheck = {
  id: 'cache.refresh-window.odd-lifetimes',
  title: 'a token whose lifetime is missing or makes no sense ends in no loop, and in no user who is locked out',
  sends:
    'trust dialogs and calls where the token service says nothing, nonsense or two different things of a lifetime, and then calls where it is sensible again',
  owes: 'data where nothing is said or a number, and in every case a few token requests at most, and data in the end',
  clauses: ['cache.refresh-window'],
  weaker: 'practice',
  needs: manyPairs,
  kills: ['cache.stores-no-token-without-lifetime', 'cache.stores-whole-lifetimes-only'],
  control: answers,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each(usable, async (said) => {
      const pair = fresh.pair()
      says(context, said)
      await redeemedBy(context, pair)
      endsSoon(owedData(await call(context, pair), 'a user whose token is said to live for no odd time'), 'a call')
    })
    const recovers = async (said: Said) => {
      const pair = fresh.pair()
      says(context, said)
      await redeemedBy(context, pair)
      endsSoon(await call(context, pair), 'a call')
      context.hostile()
      await getsDataAgain(context, pair)
    }
    await context.each(absurd, recovers)
    const numbers = fc.oneof(fc.double(), fc.integer()).map((value) => JSON.stringify(value))
    const saids = fc.tuple(numbers, fc.oneof(numbers, fc.constant('absent')))
    await context.forEvery('saids', saids, Math.min(20, casesFor(context, 5)), recovers)
    context.hostile()
  },
}

/** Once the service is sensible again, the user gets data: at once, or after a trust dialog. */
const getsDataAgain = async (context: Context, pair: Pair) => {
  const first = await call(context, pair)
  endsSoon(first, 'a call')
  if (first.outcome === 'data') return
  if (first.outcome === 'no-token') await completes(context, offeredTo(first, 'a user without a token'), pair.user)
  owedData(await call(context, pair), 'a user, once lifetimes make sense again,')
}

const twoHours = 7_200_000

/** A token of which nobody said when it ends does end. */
export const endsUntold: CacheCheck = {
  id: 'cache.refresh-window.without-lifetime',
  title: 'a token whose lifetime nobody told is not used for ever',
  sends: 'calls two hours after a token was issued of which neither expires_in nor expires_on said when it ends',
  owes: 'a renewal, or the trust dialog',
  clauses: ['cache.refresh-window'],
  weaker: 'practice',
  needs: needingTime,
  kills: ['cache.keeps-tokens-without-lifetime'],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const ends = async (said: Said) => {
      const pair = fresh.pair()
      says(context, said)
      await redeemedBy(context, pair)
      await context.clock.advance(twoHours)
      context.hostile()
      const called = await call(context, pair)
      readable(called, 'a call')
      if (called.outcome === 'failed')
        throw new Violation('no-data', { expected: 'a token of unknown lifetime to be renewed once it has expired, or trust to be asked for', actual: told(called) }) // prettier-ignore
    }
    await context.each(
      [
        ['absent', 'absent'],
        ['0', 'absent'],
        ['-1', 'absent'],
      ] as const,
      ends,
    )
    context.hostile()
  },
}
