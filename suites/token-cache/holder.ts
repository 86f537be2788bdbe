import { redeemedBy } from './after-trust.ts'
import type { Context, Pair } from './asking.ts'
import { freshPairs } from './asking.ts'

/** One pair for every case of a check, which gets its first token in the first of them. */
export const holder = (context: Context): (() => Promise<Pair>) => {
  const held: { pair?: Pair } = {}
  const fresh = freshPairs(context)
  return async () => {
    if (held.pair === undefined) {
      const pair = fresh.pair()
      await redeemedBy(context, pair)
      held.pair = pair
    }
    return held.pair
  }
}
