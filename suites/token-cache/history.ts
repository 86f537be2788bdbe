import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, completes, manyPairs, needingTime, offeredTo, owedData, owned, serves, told } from './asking.ts'
import { renewed } from './expired-token.ts'

/** What happens in a history; `who` is one of its cast, and `agrees` whether a trust dialog is completed that is offered. */
type Step =
  | { is: 'call'; who: number; agrees: boolean }
  | { is: 'crowd'; who: number; callers: number }
  | { is: 'wait'; minutes: number }
  | { is: 'password'; who: number }
  | { is: 'restart' }

/** What the documented lifetimes say of a user's tokens: when the trust was given, and when the newest were issued, in ms. */
type Held = { trusted: number; issued: number; ended: boolean }

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const shape = { ...manyPairs.shape, tenants: 2, sharePointClientsPerTenant: 30 }

/** Two users of a resource, the first of them at another one, and a user of another tenant. */
type Cast = readonly [Pair, Pair, Pair, Pair]

/** Gives each history a cast of its own, none of whom has a token yet. */
const casts = ({ slice: { clients, users, tenants } }: Context): (() => Cast) => {
  const [here, there] = tenants.map(({ id }) => ({
    resources: clients.filter(({ tenant, sharePoint }) => sharePoint && tenant === id).slice(2),
    users: users.filter(({ tenant }) => tenant === id),
  }))
  let turn = 0
  return () => {
    const [{ resources, users: own }, other] = [owned(here), owned(there)]
    const [place, couple] = [2 * (turn % (resources.length / 2)), 2 * Math.floor((turn * 2) / resources.length)]
    turn += 1
    const [first, second] = [owned(own[couple]), owned(own[couple + 1])]
    const [shared, further] = [owned(resources[place]), owned(resources[place + 1])]
    return [
      { user: first, client: shared },
      { user: second, client: shared },
      { user: first, client: further },
      { user: owned(other.users[couple]), client: owned(other.resources[place]) },
    ]
  }
}

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

/** Several callers at once are each served as one would be. */
const crowds = async (
  context: Context,
  pair: Pair,
  held: Held | undefined,
  callers: number,
): Promise<Held | undefined> => {
  const now = context.clock.now()
  const owed = owedBy(held, now, context.profile.margin * 1000)
  const all = await Promise.all(Array.from({ length: callers }, () => call(context, pair)))
  if (owed === 'trust') {
    for (const called of all) offeredTo(called, 'each of several callers for a user whose tokens have ended')
    return undefined
  }
  for (const called of all) owedData(called, 'each of several callers at once')
  return owed === 'data' ? held : { ...owned(held), issued: now }
}

const lives = async (context: Context, cast: Cast, steps: readonly Step[]) => {
  const held: (Held | undefined)[] = cast.map(() => undefined)
  for (const step of steps) {
    if (step.is === 'wait') await context.clock.advance(step.minutes * minute)
    else if (step.is === 'restart') await context.restart()
    else if (step.is === 'password') {
      const { user } = owned(cast[step.who])
      context.revokes(user)
      cast.forEach((pair, who) => {
        const own = held[who]
        if (pair.user === user && own !== undefined) held[who] = { ...own, ended: true }
      })
    } else {
      const [pair, own] = [owned(cast[step.who]), held[step.who]]
      if (isInDoubt(own, context.clock.now(), context.profile.margin * 1000)) return
      held[step.who] =
        step.is === 'call'
          ? await calls(context, pair, own, step.agrees)
          : await crowds(context, pair, own, step.callers)
    }
  }
}

const who = fc.integer({ min: 0, max: 3 })
const calling = fc.record({
  is: fc.constant('call' as const),
  who,
  agrees: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
})
const crowd = fc.record({ is: fc.constant('crowd' as const), who, callers: fc.integer({ min: 2, max: 4 }) })
const waits = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 55 }) },
  { weight: 3, arbitrary: fc.integer({ min: 65, max: 30 * 60 }) },
  { weight: 3, arbitrary: fc.integer({ min: 2 * 24 * 60, max: 16 * 24 * 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 80 * 24 * 60, max: 120 * 24 * 60 }) },
)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: calling },
    { weight: 2, arbitrary: crowd },
    { weight: 4, arbitrary: waits.map((minutes) => ({ is: 'wait' as const, minutes })) },
    { weight: 1, arbitrary: who.map((one) => ({ is: 'password' as const, who: one })) },
    { weight: 1, arbitrary: fc.constant({ is: 'restart' as const }) },
  ),
  { minLength: 6, maxLength: 24 },
)

/** Any history comes out as the documented lifetimes say. */
export const anyHistory: CacheCheck = {
  id: 'cache.any-history.lifetimes',
  title: 'whatever happens to users and their tokens, each call comes out as the documented lifetimes say',
  sends:
    'calls for users of two tenants at several resources, alone and at once, waits of up to 120 days, changes of passwords, trust dialogs that are completed or left, and restarts, in any order',
  owes: 'data by the stored token, data by a renewed one, or the trust dialog, as a model of the documented lifetimes says',
  clauses: ['cache.any-history'],
  needs: { ...needingTime, shape, capabilities: ['clock', 'restart'] },
  kills: [
    'cache.keeps-dead-tokens',
    'cache.forgets-tokens-at-restart',
    'cache.forgets-tokens-after-eight-hours',
    'cache.forgets-everybody',
    'cache.never-renews',
    'cache.keeps-one-token-per-user',
    'cache.keeps-one-token-per-resource',
    'cache.drops-refresh-tokens',
  ],
  control: serves,
  async run(context) {
    const next = casts(context)
    const given = (row: readonly Step[]) => lives(context, next(), row)
    const once = { is: 'call', who: 0, agrees: true } as const
    await context.each([[once, once, { is: 'wait', minutes: 120 }, once], [once, { is: 'wait', minutes: 20 * 24 * 60 }, once, once]] as const, given) // prettier-ignore
    await context.forEvery('histories', steps, Math.min(context.runs, 40), given)
  },
}
