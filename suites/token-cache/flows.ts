import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import {
  answers,
  call,
  casesFor,
  freshPairs,
  manyPairs,
  offeredTo,
  readable,
  serves,
  told,
  walk,
  watching,
} from './asking.ts'
import { redeemedBy } from './after-trust.ts'
import { dueAtOnce } from './expired-token.ts'
import type { Step } from './steps.ts'
import { documented, endsWithCode, inOrder, steps, stepsOf, stepsOfDialog } from './steps.ts'
import type { Grant } from './traffic.ts'

/** A trust dialog that was offered to a user, with the steps so far. */
type Begun = { pair: Pair; url: string; taken: Step[] }

/** The same, once it has come back, and the token that came of it. */
type Done = Omit<Begun, 'url'> & { access?: string }

/** The first access token that came of grants. */
const accessOf = (grants: readonly Grant[]): string | undefined =>
  grants.find(({ access }) => access !== undefined)?.access

const begins = async (context: Context, pair: Pair): Promise<Begun> => {
  const called = await call(context, pair)
  const url = offeredTo(called, 'a user without a token')
  return { pair, url, taken: [steps.call, ...stepsOf(called.sent, undefined), steps.offered] }
}

/** Walks a trust dialog to its end, and lets the browser come back only then. */
const completesInSteps = async (context: Context, { pair, url, taken }: Begun): Promise<Done> => {
  const browser = context.browser()
  const [dialog, { sent }] = await watching(context, () => walk(context, url, pair.user, browser))
  const walked = [...taken, ...stepsOfDialog(dialog), ...stepsOf(sent, undefined)]
  if (!endsWithCode(dialog, context.at.target)) return { pair, taken: walked }
  const [, back] = await watching(context, () => browser.resume(dialog, pair.user))
  const access = accessOf(back.redemptions)
  /** The call that was interrupted may be taken up at once. */
  const after = stepsOf(back.sent, access).filter((step) => step !== steps.newToken)
  return { pair, taken: [...walked, steps.code, ...after], ...(access !== undefined && { access }) }
}

const ends = ({ outcome }: Called): Step => (outcome === 'data' ? steps.data : `the answer "${outcome}"`)

/** Has users trust the target, whose dialogs are open at the same time, and calls for each of them. */
const firstCalls = async (context: Context, pairs: readonly Pair[], order: readonly number[]) => {
  const begun: Begun[] = []
  for (const pair of pairs) begun.push(await begins(context, pair))
  for (const index of order) {
    const one = begun[index]
    if (one === undefined) continue
    const { pair, taken, access } = await completesInSteps(context, one)
    const called = await call(context, pair)
    readable(called, 'a call after a trust dialog')
    const token = access ?? accessOf(called.redemptions)
    const seen = [...taken, steps.again, ...stepsOf(called.sent, token), ends(called)]
    inOrder(documented(context.profile.through).firstCall, seen)
  }
}

/** The first call of a user takes its documented steps. */
export const firstCallInOrder: CacheCheck = {
  id: 'cache.after-trust.in-order',
  title: 'a first call leads over the documented steps to data, each of them once, at its place and in its order',
  sends:
    'calls for one or more users without a token, whose trust dialogs are then completed one after the other, in any order, and calls after that',
  owes: 'a trust URL that leads to the broker, the code redeemed there as soon as it has come back, no other grant, and the new token at the resource',
  clauses: ['cache.after-trust'],
  needs: manyPairs,
  kills: [
    'cache.begins-trust-at-token-service',
    'cache.begins-trust-for-seventh-resource-at-token-service',
    'cache.redeems-at-token-service',
    'cache.redeems-for-seventh-resource-at-token-service',
    'cache.redeems-codes-when-called',
    'cache.redeems-codes-of-seventh-resource-when-called',
    'cache.redeems-codes-twice',
    'cache.renews-after-trust',
    'cache.renews-every-call',
    'cache.stores-nothing-after-trust',
  ],
  control: answers,
  async run(context) {
    const fresh = freshPairs(context)
    const first = (order: readonly number[]) => firstCalls(context, fresh.pairs(3), order)
    await context.each([[0], [1, 0]] as const, first)
    const orders = fc.shuffledSubarray([0, 1, 2], { minLength: 1 })
    await context.forEvery('orders', orders, Math.min(20, casesFor(context, 5)), first)
  },
}

/** Calls for some users whose tokens are due each time, in any order. */
const dueCalls = async (context: Context, pairs: readonly Pair[], turns: readonly number[]) => {
  context.hostile(dueAtOnce(context))
  for (const pair of pairs) await redeemedBy(context, pair)
  for (const turn of turns) {
    const pair = pairs[turn % pairs.length]
    if (pair === undefined) continue
    const called = await call(context, pair)
    readable(called, 'a call with a token that is due')
    const access = accessOf(called.renewals)
    inOrder(documented(context.profile.through).dueCall, [steps.call, ...stepsOf(called.sent, access), ends(called)])
  }
}

/** A call with a token that is due takes its documented steps. */
export const dueCallInOrder: CacheCheck = {
  id: 'cache.expired-token.in-order',
  title:
    'a call with a token that is due leads over the documented steps to data, each of them once, at its place and in its order',
  sends: 'calls for one or more users whose tokens are due each time, in any order',
  owes: 'one renewal through the broker, after that the new token at the resource, and no other grant',
  clauses: ['cache.expired-token'],
  needs: manyPairs,
  kills: [
    'cache.renews-twice',
    'cache.renews-fourth-resource-twice',
    'cache.renews-at-token-service',
    'cache.calls-with-old-token',
    'cache.never-renews',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each([[0], [0, 0]] as const, (turns) => dueCalls(context, fresh.pairs(1), turns))
    const rows = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 }),
    )
    await context.forEvery('rows', rows, Math.min(20, casesFor(context, 5)), ([users, turns]) =>
      dueCalls(context, fresh.pairs(users), turns),
    )
    context.hostile()
  },
}

/** Renews a token for a call that the resource refuses, and calls again once it does not. */
const keepsThoughRefused = async (context: Context, pair: Pair, refusals: number) => {
  context.hostile(dueAtOnce(context))
  const { refresh } = await redeemedBy(context, pair)
  context.hostile()
  context.holds(pair.user, 'none')
  const given = new Set<string>()
  let newest = refresh
  for (let left = refusals + 1; left > 0; left -= 1) {
    if (left === 1) context.holds(pair.user, 'manage')
    const called = await call(context, pair)
    readable(called, 'a call with a token that was due')
    if (left > 1 && called.outcome === 'data')
      throw new Inconclusive('undelivered', 'the resource did not refuse a user')
    if (left === refusals + 1 && called.renewals.length === 0)
      throw new Violation('not-renewed', { expected: 'a token that is due to be renewed', actual: told(called) })
    for (const grant of called.renewals) {
      if (grant.given !== newest && given.has(grant.given))
        throw new Violation('forgotten', {
          expected: 'a renewed token to be stored before it is used, whatever the resource says to it',
          actual: 'another renewal by the refresh token of the one before',
        })
      given.add(grant.given)
      newest = grant.refresh ?? newest
    }
  }
}

/** A renewed token is stored before it is used. */
export const storedFirst: CacheCheck = {
  id: 'cache.expired-token.stored-first',
  title: 'a renewed token is stored before it is used, so that it is not lost where the resource refuses the call',
  sends:
    'calls with tokens that are due for users who may do nothing at the resource, and for the same users once they may',
  owes: 'no renewal by a refresh token that one before has replaced',
  clauses: ['cache.expired-token', 'cache.rotation'],
  needs: manyPairs,
  kills: ['cache.stores-renewals-once-data-came', 'cache.stores-renewals-of-fourth-resource-once-data-came'],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const refused = (times: number) => keepsThoughRefused(context, fresh.pair(), times)
    await context.each([1], refused)
    await context.forEvery('refusals', fc.integer({ min: 1, max: 3 }), Math.min(20, casesFor(context, 5)), refused)
    context.hostile()
  },
}
