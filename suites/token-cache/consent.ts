import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { agrees, call, freshPairs, manyPairs, offeredTo, owedData, owned, serves } from './asking.ts'

/** Has a user trust the target; tells whether the user was asked for consent on the way. */
const trusts = async (context: Context, pair: Pair): Promise<boolean> => {
  const url = offeredTo(await call(context, pair), 'a user without a token')
  const journey = await agrees(context, url, pair.user)
  return journey.some(({ to, request }) => to === 'idp' && request.method === 'POST' && request.rawPath.endsWith('/consent')) // prettier-ignore
}

/** The administrator of a tenant consents, and then these users trust the target. */
const followsAdministrator = async (context: Context, pairs: readonly Pair[]) => {
  const [administrator, ...others] = pairs
  context.hostile('sharepoint.awaits-administrator')
  const asked = await trusts(context, owned(administrator))
  owedData(await call(context, owned(administrator)), 'an administrator who has consented')
  if (!asked) throw new Inconclusive('undelivered', 'the administrator was not asked for consent')
  for (const pair of others) {
    if (await trusts(context, pair))
      throw new Violation('prompted', {
        expected: 'no user to be asked for consent once an administrator has given it for the tenant',
        actual: 'a trust dialog that asks the user for consent',
      })
    owedData(await call(context, pair), 'a user who has trusted the target')
  }
}

/** One consent serves a tenant. */
export const commonConsent: CacheCheck = {
  id: 'cache.common-consent.nobody-else-asked',
  title: 'once an administrator has consented for the tenant, no other user of it is asked for consent',
  sends: 'trust dialogs of an administrator, and then of other users of the tenant in any order',
  owes: 'trust dialogs without the page on which consent is asked for, and data',
  clauses: ['cache.common-consent'],
  needs: manyPairs,
  kills: [
    'cache.asks-each-user-for-consent',
    'cache.prompts-users-as-service-account',
    'cache.asks-for-consent-of-later-resources',
  ],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    /** The administrator is the first user of each resource. */
    const follow = (order: readonly number[]) => {
      const pairs = fresh.pairs(manyPairs.shape.usersPerTenant)
      return followsAdministrator(context, [owned(pairs[0]), ...order.map((place) => owned(pairs[place]))])
    }
    await context.each([[1], [3, 2]], follow)
    const orders = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 1, maxLength: 3 })
    await context.forEvery('orders', orders, Math.min(12, Math.ceil(context.runs / 5)), follow)
    context.hostile()
  },
}
