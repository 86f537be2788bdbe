import * as fc from 'fast-check'
import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { CacheFaultId } from '../../mocks/faults/cache.ts'
import type { CacheCheck, Context } from './asking.ts'
import { call, completes, freshPairs, needingTime, offeredTo, owedData, serves } from './asking.ts'
import { redeemedBy } from './after-trust.ts'
import { renewed } from './expired-token.ts'

const [hour, day] = [3_600_000, 86_400_000]

/** A window of the documents: how long nothing may happen in it, and how long it lasts in all, both in ms. */
type Window = { profile: 'documented' | 'guest' | 'admin'; unused: number; whole: number }

/** Waits so long before each of some calls, all within the window, and then until it is over. */
const livesThrough = async (
  context: Context,
  { profile, unused, whole }: Window,
  waits: readonly number[],
  fresh: ReturnType<typeof freshPairs>,
) => {
  const pair = fresh.pair()
  context.hostile(`sts.follows:${profile}`)
  await redeemedBy(context, pair)
  let passed = 0
  for (const wait of waits) {
    await context.clock.advance(wait)
    passed += wait
    renewed(await call(context, pair), undefined, 'a token within the window of its refresh token')
  }
  await context.clock.advance(Math.min(unused, whole - passed) + hour)
  const url = offeredTo(await call(context, pair), 'a user, once the window of the refresh token is over,')
  await completes(context, url, pair.user)
  owedData(await call(context, pair), 'a user who has trusted the target again')
  context.hostile()
}

type Parts = {
  clause: ClauseId
  window: Window
  title: string
  sends: string
  kills: readonly [CacheFaultId, ...CacheFaultId[]]
  /** Waits before calls, in ms, within the window. */
  examples: readonly (readonly number[])[]
  waits: fc.Arbitrary<readonly number[]>
}

const lasting = ({ clause, window, title, sends, kills, examples, waits }: Parts): CacheCheck => ({
  id: `${clause}.window`,
  title,
  sends,
  owes: 'silent renewals within the window, and after it the trust dialog, without an error, and data once that is completed',
  clauses: [clause],
  needs: needingTime,
  kills,
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each(examples, (row) => livesThrough(context, window, row, fresh))
    await context.forEvery('waits', waits, Math.min(20, Math.ceil(context.runs / 5)), (row) =>
      livesThrough(context, window, row, fresh),
    )
  },
})

/** Whole hours, in ms. */
const between = (least: number, most: number) =>
  fc.integer({ min: least / hour, max: most / hour }).map((hours) => hours * hour)
/** From two hours on, so that an access token has expired. */
const waiting = (longest: number, maxLength: number) =>
  fc.array(between(2 * hour, longest), { minLength: 1, maxLength })

const documented: Window = { profile: 'documented', unused: 14 * day, whole: 90 * day }

/** The documented windows of refresh tokens, at a moved clock. */
export const windows: readonly CacheCheck[] = [
  lasting({
    clause: 'cache.sliding-14-days',
    window: documented,
    title: 'a refresh token renews silently within 14 days of its last use, and no longer',
    sends: 'calls after waits of up to 13 days each, and one after more than 14 days',
    kills: ['cache.forgets-tokens-after-ten-days', 'cache.forgets-trust-after-14-days', 'cache.keeps-dead-tokens'],
    examples: [[13 * day], [8 * day, 8 * day]],
    waits: waiting(13 * day, 4),
  }),
  lasting({
    clause: 'cache.cap-90-days',
    window: documented,
    title: 'refresh tokens renew silently for 90 days in all, and no longer',
    sends: 'calls every twelve days or so for close to 90 days, and one after them',
    kills: [
      'cache.forgets-trust-after-two-months',
      'cache.forgets-trust-after-14-days',
      'cache.keeps-dead-tokens-of-long-trust',
    ],
    examples: [Array.from({ length: 7 }, () => 12 * day)],
    waits: fc.array(between(11 * day, 12 * day), { minLength: 7, maxLength: 7 }),
  }),
  lasting({
    clause: 'cache.guest-12-hours',
    window: { profile: 'guest', unused: 12 * hour, whole: 12 * hour },
    title: 'the refresh token of a guest account renews silently for twelve hours, and no longer',
    sends: 'calls within eleven hours after the trust dialog, and one after twelve',
    kills: ['cache.forgets-tokens-after-eight-hours', 'cache.keeps-dead-tokens'],
    examples: [[11 * hour], [3 * hour, 3 * hour, 3 * hour]],
    waits: waiting(5 * hour, 2),
  }),
  lasting({
    clause: 'cache.admin-90-days',
    window: { profile: 'admin', unused: 90 * day, whole: 90 * day },
    title: 'the token of an administrator serves for 90 days, and no longer',
    sends: 'calls after waits within 88 days after the trust dialog, and one after 90',
    kills: ['cache.forgets-tokens-after-two-weeks', 'cache.forgets-trust-after-two-months', 'cache.keeps-dead-tokens'],
    examples: [[80 * day], [40 * day, 40 * day]],
    waits: waiting(44 * day, 2),
  }),
]
