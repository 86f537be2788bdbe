import * as fc from 'fast-check'
import type { Columns } from '../../harness/roles/cache-sharepoint.ts'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import { call, completes, freshPairs, manyPairs, needingTime, offeredTo, owedData, owned, serves, told } from './asking.ts' // prettier-ignore
import { redeemedBy } from './after-trust.ts'
import { dueAtOnce } from './expired-token.ts'

const day = 86_400_000

/** Without a form of it, nothing is called for the app alone. */
const applies: CacheCheck['applies'] = ({ appOnly }) =>
  appOnly === undefined ? 'a form of calls for the app alone' : undefined

/** Has users trust the target, and the app alone get its first data; a trust dialog that is offered for it is completed, once. */
const begins = async (context: Context, pairs: readonly Pair[]) => {
  for (const pair of pairs) await redeemedBy(context, pair)
  const [pair] = pairs.map(owned)
  const first = await call(context, owned(pair), 'app')
  if (first.outcome === 'data') return
  await completes(context, offeredTo(first, 'the app, of which there is no token,'), owned(pair).user)
  owedData(await call(context, owned(pair), 'app'), 'the app, once there is trust,')
}

/** The app calls after each of these waits, before which another user trusts the target for purposes of their own. */
const callsOn = async (context: Context, pairs: readonly Pair[], waits: readonly number[]) => {
  const [first, ...others] = pairs
  await begins(context, [owned(first)])
  for (const [index, wait] of waits.entries()) {
    await context.clock.advance(wait)
    const living = owned(others[index])
    await redeemedBy(context, living)
    const called = await call(context, living, 'app')
    if (called.outcome === 'no-token')
      throw new Violation('person-needed', { expected: 'an app-only token to be renewed without a person', actual: told(called) }) // prettier-ignore
    owedData(called, 'the app alone, as long as some user of the realm has a token,')
  }
}

/** How many users a history may take, of whom one resource has as many. */
const most = 13

/** So many of these waits as it takes to get past 90 days. */
const pastNinety = (waits: readonly number[]): number[] => {
  let passed = 0
  return waits.filter((wait) => {
    const due = passed <= 91 * day
    passed += wait
    return due
  })
}

/** App-only tokens are renewed for ever. */
export const appOnlyContinues: CacheCheck = {
  id: 'cache.app-only-continues.past-90-days',
  title:
    'an app-only token is renewed without a person past 90 days, when those have no token any more who trusted first',
  sends:
    'calls of the app alone at intervals over more than 90 days, while one user of the realm after the other trusts the target and is gone',
  owes: 'data each time, and never the trust dialog',
  clauses: ['cache.app-only-continues'],
  applies,
  needs: { ...needingTime, shape: { ...manyPairs.shape, usersPerTenant: most + 1, sharePointClientsPerTenant: 12 } },
  kills: [
    'cache.ties-app-only-to-first-user',
    'cache.ends-app-only-after-90-days',
    'cache.ends-app-only-when-unused-for-weeks',
    'cache.never-renews-app-only',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const lives = (waits: readonly number[]) => callsOn(context, fresh.pairs(most), waits)
    await context.each([Array.from({ length: 8 }, () => 12 * day)], lives)
    const waits = fc.array(
      fc.integer({ min: 8 * 24, max: 40 * 24 }).map((hours) => hours * 3_600_000),
      { minLength: most - 1, maxLength: most - 1 },
    )
    await context.forEvery('waits', waits, Math.min(8, Math.ceil(context.runs / 10)), (row) => lives(pastNinety(row)))
  },
}

/** Judges by whose token the resource was asked: an item that is made with it shows that in its columns. */
const showsColumns = async (context: Context, called: Called, { client }: Pair, due: Columns, what: string) => {
  owedData(called, what)
  const used = new Set(called.data.filter(({ status }) => status === 200).map(({ token }) => token))
  const expected = `${what} to make items in the name of ${due.createdBy === sharePointApp ? due.createdBy : 'that user'}, through the app`
  if (used.size === 0) throw new Violation('no-call', { expected, actual: 'data without a call at the resource' })
  for (const token of used) {
    const made = await context.columnsBy(token, client.tenant)
    if (made?.createdBy === due.createdBy && made?.appCreatedBy === due.appCreatedBy) continue
    const who = made?.createdBy === sharePointApp ? made.createdBy : 'a user'
    throw new Violation('other-columns', {
      expected,
      actual: made ? `items in the name of ${who}, through ${made.appCreatedBy === due.appCreatedBy ? 'the app' : 'another app'}` : 'a token that makes no items', // prettier-ignore
    })
  }
}

/** What the documents show for an app that calls alone. */
const sharePointApp = 'SharePoint App'

/** Who calls, one after the other: the app alone, or one of the users. */
type Turn = 'app' | number

/** Users reach SharePoint as users, and the app as an app. */
export const appColumns: CacheCheck = {
  id: 'cache.app-columns.by-token',
  title:
    'a call for a user reaches SharePoint in the name of that user, and one for the app alone in the name of the app',
  sends: 'calls for users and for the app alone, in any order, by tokens that are valid or due',
  owes: 'tokens with which the columns Created By and App Created By show the user and the app, or SharePoint App and the app',
  clauses: ['cache.app-columns'],
  applies,
  needs: manyPairs,
  kills: [
    'cache.calls-as-app-for-users',
    'cache.calls-as-user-for-app',
    'cache.calls-as-user-for-app-once-there-are-three',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const inTurn = async (users: number, due: boolean, turns: readonly Turn[]) => {
      const pairs = fresh.pairs(users)
      const [first] = pairs.map(owned)
      context.hostile(...(due ? [dueAtOnce(context)] : []))
      await begins(context, pairs)
      for (const turn of turns) {
        const pair = turn === 'app' ? owned(first) : owned(pairs[turn % users])
        const { user, client } = pair
        const called = await call(context, pair, turn === 'app' ? 'app' : 'user')
        const createdBy = turn === 'app' ? sharePointApp : user.displayName
        await showsColumns(context, called, pair, { createdBy, appCreatedBy: client.name }, turn === 'app' ? 'a call of the app alone' : 'a call for a user') // prettier-ignore
      }
    }
    await context.each([false, true], (due) => inTurn(1, due, ['app', 0, 'app']))
    const turn: fc.Arbitrary<Turn> = fc.oneof(fc.constant('app' as const), fc.integer({ min: 0, max: 3 }))
    const orders = fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.array(turn, { minLength: 2, maxLength: 6 }),
    )
    await context.forEvery('orders', orders, Math.min(20, Math.ceil(context.runs / 5)), ([users, due, turns]) =>
      inTurn(users, due, turns),
    )
    context.hostile()
  },
}
