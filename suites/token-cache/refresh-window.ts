import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import { call, freshPairs, manyPairs, needingTime, owedData, readable, serves, told } from './asking.ts'
import { redeemedBy } from './after-trust.ts'
import { holder } from './holder.ts'
import { renewed } from './expired-token.ts'
import type { Grant } from './traffic.ts'

/** Judges a call that was made with so many seconds left to a token, of which `margin` ends the time without a renewal. */
export const judgedAt = (called: Called, due: boolean, left: number): void => {
  const seconds = `${Math.round(left)} s before its end`
  const what = `a token ${seconds}`
  readable(called, what)
  if (due) {
    renewed(called, undefined, what)
    return
  }
  owedData(called, what)
  if (called.renewals.length > 0)
    throw new Violation('renewed-early', { expected: `${what} to be used as it is`, actual: told(called) })
}

const hour = 3600

/** So much is left open about when a token was received, in seconds, where no clock is moved. */
const tolerance = 2

/** A token that lives shorter, in seconds, could end on its way to the resource. */
const shortest = 15

/** By lifetimes that the service chooses, without any clock. */
export const chosenLifetimes: CacheCheck = {
  id: 'cache.refresh-window.chosen-lifetimes',
  title:
    'a token that was issued for less than a minute is renewed before its first use, and one issued for longer is not',
  sends:
    'calls right after a token was issued for so many seconds, of which expires_in, expires_on and the token say the same',
  owes: 'a renewal below the declared margin, and none above it; two seconds around it are left open',
  clauses: ['cache.refresh-window'],
  needs: manyPairs,
  kills: [
    'cache.takes-seconds-for-milliseconds',
    'cache.reads-expiry-in-local-time',
    'cache.reckons-an-hour-for-every-token',
    'cache.takes-long-lifetimes-for-milliseconds',
    'cache.renews-after-expiry',
    'cache.renews-within-milliseconds',
    'cache.renews-within-minutes',
    'cache.renews-within-five-minutes',
    'cache.rounds-to-minutes',
    'cache.never-renews',
    'cache.renews-every-call',
    'cache.renews-tokens-of-over-an-hour',
    'cache.compares-times-as-text',
    'cache.calls-with-old-token-in-its-last-minute',
  ],
  control: serves,
  async run(context) {
    const { margin } = context.profile
    if (margin !== 60) context.note(`declares a margin of ${margin} s, where the documents say 60`)
    const fresh = freshPairs(context)
    const stale: Pair[] = []
    /** A token of so many seconds: of a user whose last one is due, or else of one who has none. */
    const issued = async (seconds: number): Promise<{ pair: Pair; at: number }> => {
      const due = stale.pop()
      context.hostile(`sts.access-lives:${seconds}`)
      if (due === undefined) {
        const pair = fresh.pair()
        return { pair, at: (await redeemedBy(context, pair)).at }
      }
      const { at } = renewed(await call(context, due), undefined, 'a token that is about to expire')
      return { pair: due, at }
    }
    const holds = async (seconds: number) => {
      const { pair, at } = await issued(seconds)
      if (seconds < margin) context.hostile(`sts.access-lives:${margin - 1}`)
      const called = await call(context, pair)
      const passed = (context.clock.now() - Math.floor(at / 1000) * 1000) / 1000
      if (seconds > margin && seconds - passed <= margin) {
        context.note(`a call took so long that a token of ${seconds} s could not be judged`)
        return
      }
      judgedAt(called, seconds < margin, seconds)
      if (seconds < margin) stale.push(pair)
    }
    await context.each([margin / 2, margin - 1, margin + tolerance, margin * 1.4].map(Math.floor), holds)
    const below = fc.integer({ min: shortest, max: Math.max(shortest, margin - 1) })
    const above = fc.integer({ min: margin + tolerance, max: margin + 2 * hour })
    const lifetimes = margin > shortest ? fc.oneof(below, above) : above
    await context.forEvery('lifetimes', lifetimes, Math.min(context.runs, 100), holds)
    context.hostile()
  },
}

/** A token that is fresh, received on a whole second, and when it ends, in ms. */
export const freshToken = async (context: Context, pair: Pair): Promise<{ grant: Grant; end: number }> => {
  await context.clock.advance(3 * hour * 1000)
  await context.clock.advance(1000 - (context.clock.now() % 1000))
  const called = await call(context, pair)
  const grant = renewed(called, undefined, 'a token that has expired')
  return { grant, end: (grant.expiresOn ?? Math.floor(grant.at / 1000) + hour) * 1000 }
}

/** Calls so many ms before the end of a token; tells whether the time that it took leaves it in doubt what was due. */
export const callsAt = async (context: Context, pair: Pair, end: number, left: number) => {
  const margin = context.profile.margin * 1000
  await context.clock.advance(end - left - context.clock.now())
  const called = await call(context, pair)
  const doubtful = left > margin && end - context.clock.now() <= margin
  if (doubtful) context.note(`a call took so long that ${left} ms before the end of a token could not be judged`)
  return { called, doubtful }
}

/** To the second, by a clock that is moved. */
export const toTheSecond: CacheCheck = {
  id: 'cache.refresh-window.to-the-second',
  title: 'a token is renewed before use from a minute before its end on, and not a second earlier',
  sends:
    'calls at a moved clock, 59 and 61 seconds before the end of a token, and at any other time before and after it',
  owes: 'a renewal below the declared margin, and none above it',
  clauses: ['cache.refresh-window'],
  needs: needingTime,
  kills: [
    'cache.takes-seconds-for-milliseconds',
    'cache.reads-expiry-in-local-time',
    'cache.renews-after-expiry',
    'cache.renews-within-milliseconds',
    'cache.renews-within-minutes',
    'cache.renews-within-five-minutes',
    'cache.rounds-to-minutes',
    'cache.never-renews',
    'cache.renews-every-call',
    'cache.compares-times-as-text',
    'cache.counts-time-slowly',
  ],
  control: serves,
  async run(context) {
    const margin = context.profile.margin * 1000
    const held = holder(context)
    const holds = async (left: number) => {
      const pair = await held()
      const { end } = await freshToken(context, pair)
      const { called, doubtful } = await callsAt(context, pair, end, left)
      if (!doubtful) judgedAt(called, left < margin, left / 1000)
    }
    await context.each([margin - 1000, margin + 1000, 0], holds)
    const times = fc.oneof(
      fc.integer({ min: -hour * 1000, max: margin - 1000 }),
      fc.integer({ min: margin + 1000, max: hour * 1000 - 10_000 }),
    )
    await context.forEvery('times', times, Math.min(context.runs, 60), holds)
  },
}
