import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, completes, freshPairs, needingTime, offeredTo, owedData, owned, serves, told } from './asking.ts'
import { renewed } from './expired-token.ts'

/** What happens in a history; `user` is one of three, and `agrees` whether a trust dialog is completed that is offered. */
type Step =
  | { is: 'call'; user: number; agrees: boolean }
  | { is: 'wait'; minutes: number }
  | { is: 'password'; user: number }
  | { is: 'restart' }

/** What the documented lifetimes say of a user's tokens: when the trust was given, and when the newest were issued, in ms. */
type Held = { trusted: number; issued: number; ended: boolean }

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const users = 3

/** What a call owes by the model: data by the stored token, data by a renewed one, or the trust dialog. */
const owedBy = (held: Held | undefined, now: number, margin: number): 'data' | 'renewal' | 'trust' => {
  if (held === undefined) return 'trust'
  if (held.issued + hour - now > margin) return 'data'
  return !held.ended && now - held.issued < 14 * day && now - held.trusted < 90 * day ? 'renewal' : 'trust'
}

/** So near to the end of a window nobody can say which side a call was on. */
const isInDoubt = (held: Held | undefined, now: number, margin: number): boolean =>
  held !== undefined &&
  [held.issued + hour - margin, held.issued + 14 * day, held.trusted + 90 * day].some(
    (end) => Math.abs(end - now) < 2 * minute,
  )

const calls = async (
  context: Context,
  pair: Pair,
  held: Held | undefined,
  agrees: boolean,
): Promise<Held | undefined> => {
  const now = context.clock.now()
  const owed = owedBy(held, now, context.profile.margin * 1000)
  const called = await call(context, pair)
  if (owed === 'data') {
    owedData(called, 'a user with a valid token')
    if (called.renewals.length > 0)
      throw new Violation('renewed-early', { expected: 'a valid token to be used as it is', actual: told(called) })
    return held
  }
  if (owed === 'renewal') {
    renewed(called, undefined, 'a token within the window of its refresh token')
    return { ...owned(held), issued: now }
  }
  const url = offeredTo(called, 'a user whose tokens have ended')
  if (!agrees) return undefined
  const { redemptions } = await completes(context, url, pair.user)
  if (redemptions.length === 0)
    throw new Violation('not-redeemed', {
      expected: 'the code of a trust dialog to be redeemed',
      actual: 'no redemption',
    })
  return { trusted: now, issued: now, ended: false }
}

const lives = async (context: Context, pairs: readonly Pair[], steps: readonly Step[]) => {
  const held: (Held | undefined)[] = pairs.map(() => undefined)
  for (const step of steps) {
    if (step.is === 'wait') await context.clock.advance(step.minutes * minute)
    else if (step.is === 'restart') await context.restart()
    else {
      const [pair, own] = [owned(pairs[step.user]), held[step.user]]
      if (step.is === 'password') {
        context.revokes(pair.user)
        if (own !== undefined) held[step.user] = { ...own, ended: true }
      } else {
        if (isInDoubt(own, context.clock.now(), context.profile.margin * 1000)) return
        held[step.user] = await calls(context, pair, own, step.agrees)
      }
    }
  }
}

const user = fc.integer({ min: 0, max: users - 1 })
const calling = fc.record({
  is: fc.constant('call' as const),
  user,
  agrees: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
})
const waits = fc.oneof(
  fc.integer({ min: 1, max: 55 }),
  fc.integer({ min: 65, max: 30 * 60 }),
  fc.integer({ min: 2 * 24 * 60, max: 16 * 24 * 60 }),
)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: calling },
    { weight: 4, arbitrary: waits.map((minutes) => ({ is: 'wait' as const, minutes })) },
    { weight: 1, arbitrary: user.map((one) => ({ is: 'password' as const, user: one })) },
    { weight: 1, arbitrary: fc.constant({ is: 'restart' as const }) },
  ),
  { minLength: 6, maxLength: 24 },
)

/** Any history comes out as the documented lifetimes say. */
export const anyHistory: CacheCheck = {
  id: 'cache.any-history.lifetimes',
  title: 'whatever happens to users and their tokens, each call comes out as the documented lifetimes say',
  sends:
    'calls for three users, waits of up to 16 days, changes of passwords, trust dialogs that are completed or left, and restarts, in any order',
  owes: 'data by the stored token, data by a renewed one, or the trust dialog, as a model of the documented lifetimes says',
  clauses: ['cache.any-history'],
  needs: { ...needingTime, capabilities: ['clock', 'restart'] },
  kills: [
    'cache.keeps-dead-tokens',
    'cache.forgets-tokens-at-restart',
    'cache.forgets-tokens-after-eight-hours',
    'cache.forgets-everybody',
    'cache.never-renews',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const given = (row: readonly Step[]) => lives(context, fresh.pairs(users), row)
    const once = { is: 'call', user: 0, agrees: true } as const
    await context.each([[once, once, { is: 'wait', minutes: 120 }, once], [once, { is: 'wait', minutes: 20 * 24 * 60 }, once, once]] as const, given) // prettier-ignore
    await context.forEvery('histories', steps, Math.min(context.runs, 40), given)
  },
}
