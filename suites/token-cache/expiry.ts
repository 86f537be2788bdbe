import * as fc from 'fast-check'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { needingTime, serves } from './asking.ts'
import { usesToken } from './after-trust.ts'
import { holder } from './holder.ts'
import { callsAt, freshToken, judgedAt } from './refresh-window.ts'

/** Calls at some times after a token was received, in seconds, and looks whether it is renewed when it must be. */
const endsAllTheSame = async (
  context: Context,
  pair: Pair,
  reads: readonly number[],
  between = () => Promise.resolve(),
) => {
  const { grant, end } = await freshToken(context, pair)
  const hour = 3_600_000
  for (const seconds of reads.toSorted((one, other) => one - other)) {
    await context.clock.advance(Math.max(0, end - hour + seconds * 1000 - context.clock.now()))
    await between()
    await usesToken(context, pair, grant.access, 'a user with a valid token')
  }
  const { called } = await callsAt(context, pair, end, (context.profile.margin - 1) * 1000)
  judgedAt(called, true, context.profile.margin - 1)
}

/** Neither waiting nor reading moves the end of a token. */
export const readsMoveNothing: CacheCheck = {
  id: 'cache.expiry-is-absolute.reads',
  title: 'a token ends when it was said to, however often and whenever it was used before',
  sends: 'calls at any times of the hour of a token, at a moved clock, and one a second after its renewal is due',
  owes: 'the same token for all of them but the last, and a renewal for that',
  clauses: ['cache.expiry-is-absolute'],
  needs: needingTime,
  kills: ['cache.extends-tokens-when-read', 'cache.extends-tokens-when-read-late', 'cache.counts-time-slowly'],
  control: serves,
  async run(context) {
    const pair = holder(context)
    const latest = 3600 - context.profile.margin - 30
    await context.each([[], [60], [60, 600]], async (reads) => endsAllTheSame(context, await pair(), reads))
    const reads = fc.array(fc.integer({ min: 1, max: latest }), { minLength: 1, maxLength: 4 })
    await context.forEvery('reads', reads, Math.min(context.runs, 40), async (times) =>
      endsAllTheSame(context, await pair(), times),
    )
  },
}

/** Nor does a restart. */
export const restartsMoveNothing: CacheCheck = {
  id: 'cache.expiry-is-absolute.restarts',
  title: 'a token ends when it was said to, however often the target was restarted',
  sends: 'calls after restarts in the hour of a token, at a moved clock, and one a second after its renewal is due',
  owes: 'the same token for all of them but the last, and a renewal for that',
  clauses: ['cache.expiry-is-absolute'],
  needs: { ...needingTime, capabilities: ['clock', 'restart'] },
  kills: ['cache.extends-tokens-when-restarted', 'cache.extends-tokens-when-read'],
  control: serves,
  async run(context) {
    const pair = holder(context)
    await context.each([[900], [600, 1800]], async (times) =>
      endsAllTheSame(context, await pair(), times, () => context.restart()),
    )
  },
}
