import * as fc from 'fast-check'
import type { CacheCheck } from './asking.ts'
import { casesFor, freshPairs, manyPairs, serves } from './asking.ts'
import { redeemedBy, usesToken } from './after-trust.ts'

/** A valid token is used as it is. */
export const usesValidToken: CacheCheck = {
  id: 'cache.valid-token.as-it-is',
  title: 'a valid token is used for every call as it is, and no token service is asked for another',
  sends: 'calls in a row for a user whose token lives for an hour, or for as long as the service says',
  owes: 'each call at the resource with the same token, and no token request',
  clauses: ['cache.valid-token'],
  needs: manyPairs,
  kills: [
    'cache.renews-every-call',
    'cache.takes-seconds-for-milliseconds',
    'cache.renews-within-minutes',
    'cache.takes-long-lifetimes-for-milliseconds',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const callsInARow = async (calls: number, seconds: number) => {
      const pair = fresh.pair()
      context.hostile(`sts.access-lives:${seconds}`)
      const { access } = await redeemedBy(context, pair)
      for (let left = calls; left > 0; left -= 1) await usesToken(context, pair, access, 'a user with a valid token')
    }
    const { margin } = context.profile
    await context.each([1, 3], (calls) => callsInARow(calls, Math.max(3600, margin * 2)))
    const rows = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: margin + 120, max: margin + 86_400 }))
    await context.forEvery('rows', rows, Math.min(30, casesFor(context, 4)), ([calls, seconds]) =>
      callsInARow(calls, seconds),
    )
    context.hostile()
  },
}
