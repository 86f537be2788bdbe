import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { HostileModeId } from '../../mocks/hostile-modes.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, casesFor, completes, freshPairs, manyPairs, offeredTo, owedData, owned, readable, serves, told } from './asking.ts' // prettier-ignore
import { redeemedBy } from './after-trust.ts'
import { dueAtOnce, renewed } from './expired-token.ts'

/** A user whose token is due at once. */
const withDueToken = async (context: Context, pair: Pair) => {
  context.hostile(dueAtOnce(context))
  return redeemedBy(context, pair)
}

/** Renews so many times in a row, at a service in this mode. */
const renewsOnAndOn = async (context: Context, pair: Pair, mode: HostileModeId, times: number) => {
  let newest = (await withDueToken(context, pair)).refresh
  for (let left = times; left > 0; left -= 1) {
    context.hostile(dueAtOnce(context), mode)
    newest = renewed(await call(context, pair), newest, 'a token that is about to expire').refresh ?? newest
  }
}

const renewing =
  (mode: HostileModeId, chains: string): CacheCheck['run'] =>
  async (context) => {
    const fresh = freshPairs(context)
    const inARow = (times: number) => renewsOnAndOn(context, fresh.pair(), mode, times)
    await context.each([2], inARow)
    await context.forEvery(chains, fc.integer({ min: 2, max: 5 }), Math.min(20, casesFor(context, 5)), inARow)
    context.hostile()
  }

/** Every renewal replaces the refresh token. */
export const rotates: CacheCheck = {
  id: 'cache.rotation.newest',
  title: 'every renewal is made by the refresh token that the one before brought',
  sends: 'renewals in a row where each refresh token serves once',
  owes: 'each renewal by the refresh token that came last, and data',
  clauses: ['cache.rotation', 'cache.new-token-every-call'],
  needs: manyPairs,
  kills: [
    'cache.keeps-old-refresh-token',
    'cache.stores-no-renewal',
    'cache.drops-refresh-tokens-of-renewals',
    'cache.drops-refresh-tokens-renewed-in-a-row',
  ],
  control: serves,
  run: renewing('sts.spends-refresh-tokens', 'rotating'),
}

/** A renewal that brings no refresh token leaves the old one (RFC 6749 section 6). */
export const keepsStaying: CacheCheck = {
  id: 'cache.rotation.stays',
  title: 'a refresh token that a renewal does not replace goes on',
  sends: 'renewals in a row that bring no refresh token, so that the one of the trust dialog goes on',
  owes: 'each renewal by that refresh token, and data',
  clauses: ['cache.rotation'],
  weaker: 'practice',
  needs: manyPairs,
  kills: ['cache.forgets-refresh-tokens-that-stay', 'cache.drops-refresh-tokens-of-renewals'],
  control: serves,
  run: renewing('sts.keeps-refresh-token', 'staying'),
}

/** A server that gives no refresh tokens. */
export const endsWithoutRefresh: CacheCheck = {
  id: 'cache.no-refresh-token.trust-again',
  title: 'once a token has expired that came without a refresh token, the user is asked for trust again',
  sends: 'calls for users whose token came without a refresh token and has expired',
  owes: 'the trust dialog, and data once it has been completed',
  clauses: ['cache.no-refresh-token'],
  needs: manyPairs,
  kills: ['cache.fails-without-refresh-token', 'cache.uses-expired-tokens-without-refresh-token'],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each([1, 2], async (times) => {
      const pair = fresh.pair()
      context.hostile('sts.omits-refresh-token', 'sts.access-lives:0')
      await redeemedBy(context, pair)
      for (let left = times; left > 0; left -= 1) {
        const url = offeredTo(await call(context, pair), 'a user whose token has expired for good')
        if (left === 1) context.hostile('sts.omits-refresh-token')
        await completes(context, url, pair.user)
      }
      owedData(await call(context, pair), 'a user who has trusted the target again')
    })
    context.hostile()
  },
}

/** How a renewal comes to nothing: the service refuses, fails or is not heard, or the grant was ended. */
const ends = ['refused', 'revoked', 'fails', 'lost'] as const
type End = (typeof ends)[number]
const modeOf: Partial<Record<End, HostileModeId>> = {
  refused: 'sts.refuses-renewals',
  fails: 'sts.fails',
  lost: 'sts.loses-answers',
}

/** How often a token may be tried in one call where the service fails. */
const mostTries = 20

/** A renewal that comes to nothing, and what becomes of the user. */
const comesToNothing = async (context: Context, pair: Pair, end: End) => {
  const { refresh } = await withDueToken(context, pair)
  const mode = modeOf[end]
  if (end === 'revoked') context.revokes(pair.user)
  context.hostile(...(mode ? [mode] : []))
  const first = await call(context, pair)
  const dead = end === 'refused' || end === 'revoked'
  const fail = (kind: string, expected: string) => new Violation(kind, { expected, actual: told(first) })
  if (first.renewals.length > (dead ? 1 : mostTries))
    throw fail('tried-again', dead ? 'a refused refresh token not to be tried again' : 'a few tries at most')
  if (dead) {
    const again = offeredTo(first, 'a user whose refresh token was refused')
    const second = await call(context, pair)
    offeredTo(second, 'a user whose refresh token was refused before')
    if (second.renewals.some(({ given }) => given === refresh))
      throw fail('tried-again', 'a refused refresh token not to be tried by another call')
    context.hostile()
    await completes(context, again, pair.user)
  } else {
    readable(first, 'a call')
    context.hostile()
    const second = await call(context, pair)
    if (second.outcome === 'data') return
    await completes(context, offeredTo(second, 'a user whose token could not be renewed'), pair.user)
  }
  owedData(await call(context, pair), 'a user who has trusted the target again')
}

/** A refresh token may fail at any time. */
export const mayFail: CacheCheck = {
  id: 'cache.refresh-may-fail.trust-again',
  title: 'a refused refresh token leads to the trust dialog and is not tried again, and a failing service to no loop',
  sends:
    'calls with a token that is due, where the service refuses the refresh token, fails, or its answer is lost, and calls after that',
  owes: 'the trust dialog where it was refused; a few tries at most; and data in the end',
  clauses: ['cache.refresh-may-fail'],
  needs: manyPairs,
  kills: ['cache.keeps-dead-tokens', 'cache.tries-dead-tokens-again', 'cache.tries-for-ever'],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each(ends, (end) => comesToNothing(context, fresh.pair(), end))
    const rows = fc.array(fc.constantFrom(...ends), { minLength: 1, maxLength: 2 })
    await context.forEvery('rows', rows, Math.min(20, casesFor(context, 5)), async (row) => {
      for (const end of row) await comesToNothing(context, fresh.pair(), end)
    })
    context.hostile()
  },
}

/** A change of password concerns one user. */
export const passwordChange: CacheCheck = {
  id: 'cache.password-change.others-live-on',
  title:
    'after a change of password that user is asked for trust again, and the tokens of all others are renewed as before',
  sends: 'renewals for users of one resource and of others, after one of them has changed the password',
  owes: 'the trust dialog for that user, and silent renewals for the others',
  clauses: ['cache.password-change'],
  needs: manyPairs,
  kills: [
    'cache.forgets-everybody',
    'cache.forgets-users-of-the-resource',
    'cache.forgets-users-of-the-resource-elsewhere',
    'cache.keeps-dead-tokens',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const changes = async (others: number, elsewhere: boolean) => {
      const [pair, ...same] = fresh.pairs(others + 1)
      const changed = owned(pair)
      const rest = elsewhere ? [...same, fresh.elsewhere(owned(same[0]))] : same
      for (const one of [changed, ...rest]) await withDueToken(context, one)
      context.revokes(changed.user)
      context.hostile()
      offeredTo(await call(context, changed), 'a user who has changed the password')
      for (const one of rest) renewed(await call(context, one), undefined, 'the token of another user')
    }
    await context.each([1, 2], (others) => changes(others, false))
    const groups = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean())
    await context.forEvery('groups', groups, Math.min(12, casesFor(context, 8)), ([others, elsewhere]) =>
      changes(others, elsewhere),
    )
    context.hostile()
  },
}
