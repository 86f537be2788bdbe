import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import { call, completes, freshPairs, manyPairs, offeredTo, owedData, readable, serves, trust } from './asking.ts' // prettier-ignore
import { dueAtOnce } from './expired-token.ts'

/** A user with a valid token is answered while the answers to others are held back. */
const answeredMeanwhile = async (context: Context, pair: Pair) => {
  const what = 'a user with a valid token, while the token service lets others wait,'
  const called = await call(context, pair).catch((cause: unknown) => cause)
  if (!(called instanceof Error)) return void owedData(called as Called, what)
  if (!(called instanceof Inconclusive) || called.why !== 'deadline' || context.signal.aborted) throw called
  context.letsGo()
  /** What is answered now was held up by nothing else. */
  owedData(await call(context, pair), what)
  throw new Violation('held-up', { expected: `${what} to be answered`, actual: 'an answer once the others had theirs' })
}

/** A user gets data in the end: at once, or after a trust dialog. */
const getsData = async (context: Context, pair: Pair) => {
  const called = await call(context, pair)
  if (called.outcome === 'data') return
  await completes(context, offeredTo(called, 'a user whose token was renewed late'), pair.user)
  owedData(await call(context, pair), 'a user who has trusted the target again')
}

/** So many users wait for a renewal, each in so many calls, while others call who need none. */
const comesLate = async (context: Context, waiting: readonly Pair[], others: readonly Pair[], callers: number) => {
  context.hostile()
  for (const pair of others) await trust(context, pair)
  context.hostile(dueAtOnce(context))
  for (const pair of waiting) await trust(context, pair)
  context.hostile('sts.answers-late')
  const calls = waiting.flatMap((pair) => Array.from({ length: callers }, () => call(context, pair)))
  const all = Promise.allSettled(calls)
  try {
    const isHeld = await Promise.race([context.held().then(() => true), all.then(() => false)])
    if (!isHeld) throw new Inconclusive('undelivered', 'no renewal was asked for, so that no answer could come late')
    for (const pair of others) await answeredMeanwhile(context, pair)
  } finally {
    context.hostile()
    context.letsGo()
  }
  for (const called of await Promise.all(calls)) readable(called, 'a call whose token was renewed late')
  await all
  for (const pair of waiting) await getsData(context, pair)
}

/** A token service may take its time. */
export const lateAnswers: CacheCheck = {
  id: 'cache.refresh-may-fail.late-answers',
  title: 'a token service that answers late keeps nobody waiting but those whose token it renews, and locks nobody out',
  sends:
    'calls with tokens that are due, whose renewal is answered late, and meanwhile calls for users whose tokens are valid',
  owes: 'data for the others at once, some answer for those who wait once the service has answered, and data for them in the end',
  clauses: ['cache.refresh-may-fail'],
  weaker: 'practice',
  needs: manyPairs,
  kills: ['cache.waits-for-every-renewal', 'cache.waits-for-two-renewals'],
  control: serves,
  async run(context) {
    context.signal.addEventListener('abort', context.letsGo, { once: true })
    const fresh = freshPairs(context)
    const late = (waiting: number, others: number, callers: number) => {
      const pairs = fresh.pairs(waiting + others)
      return comesLate(context, pairs.slice(0, waiting), pairs.slice(waiting), callers)
    }
    await context.each([1, 3], (callers) => late(1, 1, callers))
    const crowds = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 3 }),
    )
    await context.forEvery('crowds', crowds, Math.min(12, Math.ceil(context.runs / 8)), (crowd) => late(...crowd))
    context.hostile()
  },
}
