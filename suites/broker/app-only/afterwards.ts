import * as fc from 'fast-check'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Forgery } from '../../../mocks/idp/forge-token.ts'
import { buysNothing, isAppOnlyGrant, refusedAppOnly } from './judgement.ts'
import { garbage } from './needs-user-token.ts'
import type { People } from './request.ts'
import {
  askAppOnly,
  clientIn,
  everyPeople,
  needsOf,
  peopleOf,
  redeems,
  userGetsAppOnly,
  validAppOnly,
} from './request.ts'
import type { Said } from './tokens.ts'
import { trialOf } from './tokens.ts'

/** A user and a client for SharePoint that no valid request is made by. */
export const idleClient = (context: Context): People => {
  const { client: first } = peopleOf(context)
  const idle = everyPeople(context).find(({ client }) => client.id !== first.id && client.tenant === first.tenant)
  if (idle === undefined) throw new TypeError('the tenant of the slice has one client for SharePoint only')
  return idle
}

/** All requests of a client have to be refused: until the check is over, nobody may ask for an app-only token in its name. */
export const grantsNothingTo = (context: Context, { id }: People['client']): void =>
  context.afterwards('client_credentials', (exchange) =>
    isAppOnlyGrant(exchange) && clientIn(exchange) === id
      ? new Violation('secret-used', {
          expected: `no use of the secret of client ${id}, none of whose requests may be granted`,
          actual: `a grant for it at ${exchange.request.rawPath.split('?', 1)[0]}`,
        })
      : undefined,
  )

/** What is wrong with a user's token: a stranger has signed it, or its end has passed. */
const spoiled = ({ clock, profile }: Context, said: Said): Forgery[] => {
  const over = { nbf: Number(said['nbf']) - 86_400, exp: Math.floor(clock.now() / 1000) - profile.skew - 3_600 }
  return [{ signed: { by: 'stranger', trick: 'foreign-key' } }, { claims: over, signed: { by: 'issuer' } }]
}

/** What a broker does once it has answered. */
export const refusedForGood: Check = {
  id: 'app-only.needs-user-token.afterwards',
  title: 'a request for an app-only token that was refused leads to no grant later either',
  sends:
    'requests of a client that are valid but for the user token: none, an empty one, words, strings like tokens, tokens of another signature or past their end; its valid requests are none',
  owes: 'no grant of an app-only token to that client, when it is answered and for as long as others are served',
  clauses: ['app-only.needs-user-token', 'app-only.valid-token'],
  applies: redeems,
  needs: needsOf({ sharePointClientsPerTenant: 2 }),
  kills: [
    'broker.asks-app-only-without-awaiting',
    'broker.asks-app-only-of-long-opaque-tokens-without-awaiting',
    'broker.asks-app-only-before-validation',
  ],
  control: userGetsAppOnly,
  async run(context) {
    const people = idleClient(context)
    const { token: issued, said } = await trialOf(context, people)
    grantsNothingTo(context, people.client)
    const refuses = (token: string | readonly string[]) =>
      buysNothing(context, people, token, `the user token ${JSON.stringify(token)}`)
    await context.each<string | readonly string[]>([[], '', 'garbage', 'e30.e30.'], refuses)
    await context.each(spoiled(context, said), async (forgery) => {
      const asked = await askAppOnly(context, validAppOnly(people, await context.forges(issued, forgery)))
      refusedAppOnly(asked, 'a user token that is spoiled', 'app-only.valid-token')
    })
    await context.forEvery('garbage', fc.oneof(...Object.values(garbage)), Math.ceil(context.runs / 4), refuses)
  },
}
