import * as fc from 'fast-check'
import type { User } from '../../../fixtures/world/shapes.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { readJwt } from '../../../mocks/idp/forge-token.ts'
import { textOf, urlOf } from '../../../protocols/wire.ts'
import { isAppOnlyGrant } from './judgement.ts'
import type { AskedAppOnly, People } from './request.ts'
import {
  askAppOnly,
  clientIn,
  everyPeople,
  inWords,
  needsOf,
  redeems,
  userGetsAppOnly,
  userTokenOf,
  validAppOnly,
} from './request.ts'
import { saidIn } from './tokens.ts'

const shared = { clauses: ['app-only.issues'], applies: redeems, control: userGetsAppOnly } as const

/** Who is asked for the token, and by whom. */
export const grantedToClient: Check = {
  ...shared,
  id: 'app-only.issues.grant',
  title: 'with a valid user token the app-only token is granted to the client that asks',
  sends: 'a valid request of each client of two that a tenant has, with the token of a user',
  owes: "a grant at the token endpoint of the client's tenant, by its own client id, and a token",
  needs: needsOf({ sharePointClientsPerTenant: 2 }),
  kills: ['broker.asks-app-only-as-first-client', 'broker.asks-app-only-as-last-client'],
  async run(context) {
    await context.each(everyPeople(context), async (people) => {
      const { client } = people
      const asked = await askAppOnly(context, validAppOnly(people, await userTokenOf(context, people)))
      const grants = asked.sent.filter(isAppOnlyGrant)
      const expected = `a grant at the token endpoint of realm ${client.tenant}, by client ${client.id}`
      const fail = (kind: string, actual: string) => new Violation(kind, { expected, actual })
      if (asked.outcome.is !== 'token') throw fail('no-token', inWords(asked.outcome))
      if (grants.length === 0) context.note('handed out an app-only token without a grant for it: from an earlier one')
      for (const grant of grants) {
        if (clientIn(grant) !== client.id) throw fail('other-client', `a grant by client ${clientIn(grant)}`)
        if (!urlOf(grant.request).includes(client.tenant))
          throw fail('other-realm', `a grant at ${urlOf(grant.request)}`)
      }
    })
  },
}

/** Claims that an issuer puts into the tokens of users alone. */
const ofUsers = ['scp', 'upn', 'unique_name', 'preferred_username', 'email', 'name', 'actor']

/** What in a token is of a user. */
const userIn = (said: Record<string, unknown>, { name, objectId, displayName }: User): string | undefined =>
  Object.entries(said).find(
    ([claim, value]) => ofUsers.includes(claim) || [name, objectId, displayName].some((known) => value === known),
  )?.[0]

const judgeToken = (context: Context, { outcome, sent }: AskedAppOnly, { user }: People, brought: string) => {
  const expected = 'an app-only token, which names no user'
  const fail = (kind: string, actual: string) => new Violation(kind, { expected, actual })
  if (outcome.is !== 'token') throw fail('no-token', inWords(outcome))
  const token = String((outcome.body as Record<string, unknown>)['access_token'])
  if (token === brought) throw fail('user-token', "the user's own token")
  const read = readJwt(token)
  if (read === undefined) {
    if (sent.filter(isAppOnlyGrant).some(({ response }) => response && textOf(response).includes(token))) return
    throw new Inconclusive('unreadable', 'the app-only token is no JWT, and not what the identity provider granted')
  }
  const claim = userIn(read.claims, user)
  if (claim !== undefined) throw fail('names-user', `a token with a claim ${claim} of a user`)
  context.note(
    'any user of the realm gets an app-only token, which may do more than they may: the sources ask for no more than a valid user token, and leave open whose',
  )
}

/** For whom the token speaks. */
export const namesNoUser: Check = {
  ...shared,
  id: 'app-only.issues.no-user',
  title: 'the token that the token of a user gets is app-only: it names no user',
  sends:
    'valid requests with the tokens of users, guests among them, for each client; as they were issued, and as the issuer would have issued them for another lifetime',
  owes: 'a token that is not that of the user and has no claim of a user',
  needs: needsOf({ tenants: 2, usersPerTenant: 2, guestsPerTenant: 1 }),
  kills: ['broker.hands-out-user-token-as-app-only', 'broker.hands-out-long-lived-user-tokens'],
  async run(context) {
    const judge = async (people: People, token: string) =>
      judgeToken(context, await askAppOnly(context, validAppOnly(people, token)), people, token)
    const everybody = everyPeople(context)
    await context.each(everybody, async (people) => judge(people, await userTokenOf(context, people)))
    const held = await Promise.all(
      everybody.map(async (people) => ({ people, token: await userTokenOf(context, people) })),
    )
    const lived = fc.record({ whose: fc.constantFrom(...held), minutes: fc.integer({ min: 10, max: 1440 }) })
    await context.forEvery('lifetimes', lived, Math.ceil(context.runs / 4), async ({ whose, minutes }) => {
      const claims = { exp: Number(saidIn(whose.token)['nbf']) + minutes * 60 }
      await judge(whose.people, await context.forges(whose.token, { claims, signed: { by: 'issuer' } }))
    })
  },
}
