import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheHands } from '../../harness/roles/token-cache.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import { call, completes, freshPairs, manyPairs, offeredTo, owedData, owned, readable, serves, told } from './asking.ts'
import { redeemedBy } from './after-trust.ts'

/** What somebody may do at SharePoint. */
type Right = Parameters<CacheHands['holds']>[1]

/** What a user may do, what the app has been granted, and how many other users have a token for the same resource. */
type Case = { user: Right; grant: Right; others: number }

/** Gets tokens for whoever may have one beside users: the service account and the app alone, where a user agrees for them. */
const moreTokens = async (context: Context, pair: Pair) => {
  const { serviceAccount, appOnly } = context.cache
  for (const as of [...(serviceAccount ? (['service'] as const) : []), ...(appOnly ? (['app'] as const) : [])]) {
    const called = await call(context, pair, as)
    if (called.outcome !== 'no-token') continue
    await completes(context, offeredTo(called, 'whoever is no user and has no token'), pair.user)
    await call(context, pair, as)
  }
}

/** Calls for a user who may do so much at the resource, through an app that has been granted so much. */
const callsWithin = async (context: Context, pairs: readonly Pair[], { user, grant }: Omit<Case, 'others'>) => {
  const [pair, administrator, ...others] = [pairs[0], pairs.at(-1), ...pairs.slice(1, -1)].map(owned)
  const { user: who, client } = owned(pair)
  for (const one of [owned(pair), ...others]) await redeemedBy(context, one)
  await moreTokens(context, owned(administrator))
  context.holds(who, user)
  context.holds(client, grant)
  const called = await call(context, owned(pair))
  context.holds(who, 'manage')
  context.holds(client, 'full')
  if (user === 'none' || grant === 'none') givesNothing(called, user)
  else owedData(called, 'a user who may read')
}

const givesNothing = (called: Called, user: Right) => {
  readable(called, 'a call')
  if (called.outcome === 'data' || called.data.some(({ status }) => status === 200))
    throw new Violation('raised', {
      expected: `no data for a user ${user === 'none' ? 'who may do nothing at the resource' : 'of an app that has been granted nothing'}`,
      actual: told(called),
    })
}

/** What the app may do is no right of its users. */
export const grantIsCeiling: CacheCheck = {
  id: 'cache.grant-is-a-ceiling.no-more-than-either',
  title: 'a call for a user gives no data that the user may not read, whatever the app or anybody else may',
  sends:
    'calls for users who may do nothing, read or more at the resource, through apps with a grant or without, where other users, the service account and the app alone have tokens',
  owes: 'data where both user and app may read, and none elsewhere, with whatever token',
  clauses: ['cache.grant-is-a-ceiling'],
  needs: manyPairs,
  kills: [
    'cache.lends-app-token-when-denied',
    'cache.lends-service-token-when-denied',
    'cache.lends-tokens-of-others-when-denied',
    'cache.lends-tokens-when-denied-once-there-are-five',
    'cache.calls-as-app-for-users',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const within = ({ others, ...held }: Case) => callsWithin(context, fresh.pairs(others + 2), held)
    await context.each<Case>(
      [
        { user: 'none', grant: 'full', others: 1 },
        { user: 'full', grant: 'none', others: 1 },
        { user: 'read', grant: 'full', others: 1 },
      ],
      within,
    )
    const cases = fc.record({
      user: fc.constantFrom<Right[]>('none', 'none', 'none', 'read', 'write'),
      grant: fc.constantFrom<Right[]>('none', 'read', 'full', 'full', 'full', 'full'),
      others: fc.constantFrom(0, 4, 4, 4, 4),
    })
    await context.forEvery('cases', cases, Math.min(20, Math.ceil(context.runs / 5)), within)
  },
}
