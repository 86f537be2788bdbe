import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import {
  call,
  completes,
  manyPairs,
  needingTime,
  offeredTo,
  owedData,
  owned,
  serves,
  told,
  watching,
} from './asking.ts'
import { renewed } from './expired-token.ts'

/** What happens in a history; `who` is one of its cast, and `agrees` whether a trust dialog is completed that is offered. */
type Step =
  | { is: 'call'; who: number; agrees: boolean }
  | { is: 'crowd'; who: number; callers: number }
  | { is: 'wait'; minutes: number }
  | { is: 'password'; who: number }
  | { is: 'restart' }

/**
 * What the documented lifetimes say of a user's tokens: when the trust was given, and when the newest were issued, in ms. Which access token
 * the target keeps is not known where several came at once.
 */
type Held = { trusted: number; issued: number; ended: boolean; access?: string | undefined }

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const shape = { ...manyPairs.shape, tenants: 2, sharePointClientsPerTenant: 38 }

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

/**
 * So near to the end of a window nobody can say which side a call was on; nor what is done with a token that is still valid when it cannot be
 * renewed.
 */
const isInDoubt = (held: Held | undefined, now: number, margin: number): boolean => {
  if (held === undefined) return false
  const end = held.issued + hour
  const isNear = (one: number) => Math.abs(one - now) < 2 * minute
  return (
    [end - margin, held.issued + 14 * day, held.trusted + 90 * day].some(isNear) ||
    (held.ended && now > end - margin && now < end + 2 * minute)
  )
}

/** A valid token is used as it is. */
const usesHeld = (traffic: Called, { access }: Held) => {
  const expected = 'a valid token to be used as it is'
  if (traffic.renewals.length > 0) throw new Violation('renewed-early', { expected, actual: told(traffic) })
  if (access !== undefined && traffic.data.some(({ token }) => token !== access))
    throw new Violation('another-token', { expected, actual: 'a call at the resource with another token' })
}

/** Whoever has no token, or has none any more since the trust dialog was offered last, has nothing to renew by. */
const renewsNothing = (traffic: Called, held: Held | undefined) => {
  if (held === undefined && traffic.renewals.length > 0)
    throw new Violation('tried-again', { expected: 'no renewal for a user who has no token', actual: told(traffic) })
}

const calls = async (
  context: Context,
  pair: Pair,
  held: Held | undefined,
  { agrees, refreshing }: { agrees: boolean; refreshing: boolean },
): Promise<Held | undefined> => {
  const now = context.clock.now()
  const owed = owedBy(held, now, context.profile.margin * 1000)
  const called = await call(context, pair)
  if (owed === 'data') {
    usesHeld(owedData(called, 'a user with a valid token'), owned(held))
    return held
  }
  if (owed === 'renewal') {
    const { access } = renewed(called, undefined, 'a token within the window of its refresh token')
    return { ...owned(held), issued: now, access }
  }
  renewsNothing(called, held)
  const url = offeredTo(called, 'a user whose tokens have ended')
  if (!agrees) return undefined
  const { redemptions } = await completes(context, url, pair.user)
  if (redemptions.length === 0)
    throw new Violation('not-redeemed', {
      expected: 'the code of a trust dialog to be redeemed',
      actual: 'no redemption',
    })
  return { trusted: now, issued: now, ended: !refreshing, access: redemptions[0]?.access }
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
  const [all, traffic] = await watching(context, () =>
    Promise.all(Array.from({ length: callers }, () => call(context, pair))),
  )
  const together = { ...owned(all[0]), ...traffic }
  if (owed === 'trust') {
    for (const called of all) offeredTo(called, 'each of several callers for a user whose tokens have ended')
    renewsNothing(together, held)
    return undefined
  }
  for (const called of all) owedData(called, 'each of several callers at once')
  if (owed === 'data') {
    usesHeld(together, owned(held))
    return held
  }
  /** Several renewals are tolerated when each caller is served. */
  const fresh = traffic.renewals.flatMap(({ access }) => access ?? [])
  if (traffic.data.some(({ token }) => !fresh.includes(token)))
    throw new Violation('another-token', { expected: 'several callers to be served by a renewed token', actual: told(together) }) // prettier-ignore
  return { ...owned(held), issued: now, access: fresh.length === 1 ? fresh[0] : undefined }
}

/** Lives through a history; `refreshing`: the token service gives refresh tokens. */
const lives = async (context: Context, cast: Cast, steps: readonly Step[], refreshing: boolean) => {
  context.hostile(...(refreshing ? [] : (['sts.omits-refresh-token'] as const)))
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
          ? await calls(context, pair, own, { agrees: step.agrees, refreshing })
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

/** In hours: longer than an access token lives, and within the window of a refresh token. */
const days = fc.integer({ min: 25, max: 12 * 24 })

/** Any history comes out as the documented lifetimes say. */
export const anyHistory: CacheCheck = {
  id: 'cache.any-history.lifetimes',
  title: 'whatever happens to users and their tokens, each call comes out as the documented lifetimes say',
  sends:
    'calls for users of two tenants at several resources, alone and at once, waits of up to 120 days, changes of passwords, trust dialogs that are completed or left, and restarts, in any order, where the token service gives refresh tokens or none',
  owes: 'data by the stored token and no renewal, data by a renewed one, or the trust dialog, as a model of the documented lifetimes says',
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
    'cache.renews-for-crowds',
    'cache.uses-long-expired-tokens-without-refresh-token',
    'cache.keeps-dead-tokens-of-some-days',
    'cache.forgets-older-tokens-at-restart',
  ],
  control: serves,
  async run(context) {
    const next = casts(context)
    const given = (row: readonly Step[]) => lives(context, next(), row, true)
    const callOf = (one: number) => ({ is: 'call', who: one, agrees: true }) as const
    const wait = (minutes: number) => ({ is: 'wait', minutes }) as const
    const [once, another] = [callOf(0), callOf(1)]
    const examples: Step[][] = [
      [once, once, { is: 'crowd', who: 0, callers: 3 }, wait(120), once],
      [once, wait(20 * 24 * 60), once, once, another, { is: 'password', who: 0 }, wait(120), once, another],
    ]
    await context.each(examples, given)
    await context.forEvery('histories', steps, Math.min(context.runs, 40), given)
    await context.forEvery('days', days, Math.min(Math.ceil(context.runs / 10), 4), (hours) =>
      given([once, another, wait(hours * 60), { is: 'restart' }, { is: 'password', who: 0 }, once, another]),
    )
    await context.forEvery('without refresh tokens', steps, Math.min(Math.ceil(context.runs / 5), 6), (row) =>
      lives(context, next(), row, false),
    )
    context.hostile()
  },
}
