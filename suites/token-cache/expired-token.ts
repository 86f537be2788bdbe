import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Called, Context, Pair } from './asking.ts'
import { call, casesFor, freshPairs, manyPairs, owedData, serves, told, trust } from './asking.ts'
import { redeemedBy, usesToken } from './after-trust.ts'
import type { Grant } from './traffic.ts'

/** So short that a token is due as soon as it is received. */
export const dueAtOnce = (context: Context): `sts.access-lives:${number}` =>
  `sts.access-lives:${Math.max(1, Math.floor(context.profile.margin / 2))}`

/**
 * Judges that a call renewed a token by this refresh token and was made with the new one.
 *
 * @throws Violation of kind `no-data`, `not-renewed`, `renewed-twice`, `another-refresh-token`, `refused` or `another-token`
 */
export const renewed = (called: Called, refresh: string | undefined, what: string): Grant => {
  const expected = `${what} to be renewed by one grant, and the new one used at the resource`
  const fail = (kind: string, actual = told(called)) => new Violation(kind, { expected, actual })
  if (called.outcome === 'no-token') throw fail('not-renewed')
  owedData(called, what)
  const [grant] = called.renewals
  if (grant === undefined) throw fail('not-renewed')
  if (called.renewals.length > 1) throw fail('renewed-twice')
  if (refresh !== undefined && grant.given !== refresh) throw fail('another-refresh-token', 'a grant by another refresh token') // prettier-ignore
  if (grant.access === undefined) throw fail('refused', 'a grant that was refused')
  if (called.data.length === 0 || called.data.some(({ token }) => token !== grant.access))
    throw fail('another-token', 'a call at the resource with another token')
  return grant
}

/** Renews a token so many times in a row, and uses the last one. */
const renewsInARow = async (context: Context, pair: Pair, times: number) => {
  const what = 'a token that is about to expire'
  context.hostile(dueAtOnce(context))
  let grant = await redeemedBy(context, pair)
  for (let left = times; left > 0; left -= 1) {
    if (left === 1) context.hostile()
    grant = renewed(await call(context, pair), grant.refresh, what)
  }
  await usesToken(context, pair, grant.access, 'a user whose token has just been renewed')
}

/** A token that is about to expire is renewed silently. */
export const renewsSilently: CacheCheck = {
  id: 'cache.expired-token.silently',
  title: 'a token that is about to expire is renewed by one grant without the user, and the new one is used and kept',
  sends:
    'calls for users whose tokens were issued for less time than is left before a renewal is due, several in a row, and one more',
  owes: 'one grant each by the newest refresh token, the new token at the resource, and no grant for the call after that',
  clauses: ['cache.expired-token'],
  needs: manyPairs,
  kills: [
    'cache.never-renews',
    'cache.renews-after-expiry',
    'cache.stores-no-renewal',
    'cache.drops-refresh-tokens',
    'cache.drops-refresh-tokens-of-renewals',
    'cache.calls-with-old-token',
    'cache.calls-with-refresh-token',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each([1], (times) => renewsInARow(context, fresh.pair(), times))
    const chains = fc.integer({ min: 1, max: 4 })
    await context.forEvery('chains', chains, Math.min(30, casesFor(context, 4)), (times) =>
      renewsInARow(context, fresh.pair(), times),
    )
    context.hostile()
  },
}

/** What reaches the token service without the broker. */
const strays = (sent: Called['sent']): string[] =>
  sent
    .filter(
      ({ to, request }) =>
        to === 'idp' && /\/(?:tokens\/OAuth\/2|oauth2\/(?:v2\.0\/)?token)(?:$|\?)/i.test(request.rawPath),
    )
    .map(({ request }) => request.method)

/** @throws Violation of kind `direct` */
const keptOff = ({ sent }: Pick<Called, 'sent'>): void => {
  if (strays(sent).length > 0)
    throw new Violation('direct', { expected: 'tokens to be asked for through the broker alone', actual: 'a request to the token service itself' }) // prettier-ignore
}

/** Tokens are got and renewed through the broker alone. */
export const throughBroker: CacheCheck = {
  id: 'cache.through-broker.alone',
  title: 'a token is got and renewed through the broker, and the token service is never asked directly',
  sends: 'trust dialogs and renewals, also where the token service refuses the refresh token or fails',
  owes: 'token requests to the broker, and none to the token service behind it',
  clauses: ['cache.through-broker'],
  applies: (_, { profile: { through } }) => (through === 'broker' ? undefined : 'renewal through the broker'),
  needs: manyPairs,
  kills: [
    'cache.renews-at-token-service',
    'cache.falls-back-to-token-service',
    'cache.renews-further-resources-at-token-service',
    'cache.renews-fourth-resource-at-token-service',
    'cache.redeems-at-token-service',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    const keepsOff = async (mode: 'sts.refuses-renewals' | 'sts.fails' | undefined) => {
      const pair = fresh.pair()
      context.hostile(dueAtOnce(context))
      keptOff(await trust(context, pair))
      context.hostile(...(mode ? [mode] : []))
      const called = await call(context, pair)
      keptOff(called)
      if (called.renewals.length === 0)
        throw new Violation('not-renewed', { expected: 'a token that is about to expire to be renewed through the broker', actual: told(called) }) // prettier-ignore
    }
    await context.each([undefined, 'sts.refuses-renewals', 'sts.fails'] as const, keepsOff)
    const modes = fc.constantFrom(undefined, 'sts.refuses-renewals' as const, 'sts.fails' as const)
    await context.forEvery('modes', modes, Math.min(20, casesFor(context, 5)), keepsOff)
    context.hostile()
  },
}
