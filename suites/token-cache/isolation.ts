import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, casesFor, freshPairs, manyPairs, needingTime, owedData, owned, readable, serves, told, trust, watching } from './asking.ts' // prettier-ignore
import { redeemedBy, usesToken } from './after-trust.ts'
import { dueAtOnce, renewed } from './expired-token.ts'
import { prompted } from './no-token.ts'

/** A token serves one realm. */
export const perRealm: CacheCheck = {
  id: 'cache.per-realm.other-realm',
  title: 'a token that was issued in one realm serves nobody who is named alike in another',
  sends: 'calls in one realm for the names of users who have a token in another',
  owes: 'the trust dialog, and no call at the resource with any token',
  clauses: ['cache.per-realm'],
  needs: { ...manyPairs, shape: { ...manyPairs.shape, tenants: 2, sharePointClientsPerTenant: 8 } },
  kills: ['cache.keeps-one-token-per-name'],
  control: serves,
  async run(context) {
    const { clients, users, tenants } = context.slice
    const here = owned(tenants[0]).id
    const ofRealm = (own: boolean) =>
      clients.filter(({ tenant, sharePoint }) => sharePoint && (tenant === here) === own)
    const left = users.filter(({ tenant }) => tenant === here).slice(1)
    const across = async (place: number) => {
      const user = owned(left.shift())
      await trust(context, { user, client: owned(ofRealm(true)[place]) })
      prompted(
        await call(context, { user, client: owned(ofRealm(false)[place]) }),
        'a user of that name in another realm',
      )
    }
    await context.each([1, 2], across)
    await context.forEvery('places', fc.integer({ min: 0, max: 7 }), Math.min(2, context.runs), across)
  },
}

/** Many callers at once. */
export const singleFlight: CacheCheck = {
  id: 'cache.single-flight.nobody-locked-out',
  title:
    'when many callers meet a token that is due at once, each gets data with a token of its own user, and nobody is locked out',
  sends:
    'calls for one user and for several at the same time, where a refresh token serves once and its second use ends every grant',
  owes: 'data for each, and silent renewals and data after that',
  clauses: ['cache.single-flight', 'cache.per-user'],
  needs: manyPairs,
  kills: [
    'cache.renews-in-each-call',
    'cache.renews-in-each-call-for-fourth-resource',
    'cache.shares-renewals-between-users',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const together = async (users: number, callers: number) => {
      const pairs = fresh.pairs(users)
      const due: string[] = []
      for (const pair of pairs) {
        context.hostile(dueAtOnce(context))
        due.push((await redeemedBy(context, pair)).refresh ?? '')
      }
      context.hostile('sts.detects-reuse')
      const calls = pairs.flatMap((pair) => Array.from({ length: callers }, () => pair))
      const [all, { renewals }] = await watching(context, () => Promise.all(calls.map((pair) => call(context, pair))))
      for (const called of all) owedData(called, 'each of many callers')
      const unused = due.filter((refresh) => !renewals.some(({ given }) => given === refresh))
      if (unused.length > 0)
        throw new Violation('foreign-token', { expected: 'data for each user by a renewal of the own token', actual: `${unused.length} users were given data without one` }) // prettier-ignore
      for (const pair of pairs) await servesOwn(context, pair)
    }
    await context.each([[1, 4], [3, 1]] as const, ([users, callers]) => together(users, callers)) // prettier-ignore
    const crowds = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 5 }))
    await context.forEvery('crowds', crowds, Math.min(12, casesFor(context, 8)), ([users, callers]) =>
      together(users, callers),
    )
    context.hostile()
  },
}

/** After the crowd a user still gets data, by a token that no other user was given. */
const servesOwn = async (context: Context, pair: Pair) => {
  const called = await call(context, pair)
  readable(called, 'a call after many')
  if (called.outcome !== 'data')
    throw new Violation('locked-out', { expected: 'a user to get data after many calls at once', actual: told(called) })
}

/** A restart loses nothing. */
export const survivesRestart: CacheCheck = {
  id: 'cache.survives-restart.same-tokens',
  title: 'after a restart users are served by the tokens that were stored before, and these are renewed as before',
  sends: 'calls after a restart for users whose tokens are valid, and for users whose tokens are due',
  owes: 'the stored token for the former, and a silent renewal for the latter',
  clauses: ['cache.survives-restart'],
  needs: { ...needingTime, capabilities: ['restart'] },
  kills: ['cache.forgets-tokens-at-restart', 'cache.forgets-refresh-tokens-at-restart'],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each(['valid', 'due'] as const, async (which) => {
      const pair = fresh.pair()
      if (which === 'due') context.hostile(dueAtOnce(context))
      const { access, refresh } = await redeemedBy(context, pair)
      context.hostile()
      await context.restart()
      if (which === 'valid') await usesToken(context, pair, access, 'a user with a valid token')
      else renewed(await call(context, pair), refresh, 'a token that is about to expire')
    })
  },
}
