import * as fc from 'fast-check'
import type { Tenant } from '../../../fixtures/world/shapes.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { textOf, urlOf } from '../../../protocols/wire.ts'
import { isAppOnlyGrant, refusedAppOnly } from './judgement.ts'
import type { People } from './request.ts'
import {
  askAppOnly,
  everyPeople,
  inWords,
  needsOf,
  redeems,
  userGetsAppOnly,
  userTokenOf,
  validAppOnly,
} from './request.ts'
import { ofRealm, saidIn, trialOf } from './tokens.ts'

const shared = { clauses: ['app-only.same-realm'], applies: redeems, control: userGetsAppOnly } as const

/** How a request can name a realm. */
const spellings: readonly ((tenant: Tenant) => string)[] = [
  ({ id }) => id,
  ({ domain }) => domain,
  ({ name }) => name,
  () => '',
]

/** Whose token is brought, for which API, which client asks, and which realm is named. */
type Pair = { brought: People; asking: People; named: string; audience: 'as issued' | 'of the client' }

const audiences = ['as issued', 'of the client'] as const

/** Only the token of the client's own realm may pass, and only a token of that realm may come of it. */
const judgePair = async (context: Context, hold: (people: People) => Promise<string>, pair: Pair) => {
  const { brought, asking, named, audience } = pair
  const issued = await hold(brought)
  const aud = audience === 'as issued' ? undefined : saidIn(await hold(asking))['aud']
  const token = aud === undefined ? issued : await context.forges(issued, { claims: { aud }, signed: { by: 'issuer' } })
  const asked = await askAppOnly(context, { ...validAppOnly(asking, token), realm: named })
  const [from, to] = [brought.client.tenant, asking.client.tenant]
  const what = `the token of a user of realm ${from} at a client of realm ${to}, where the request names ${JSON.stringify(named)}`
  if (from !== to) return refusedAppOnly(asked, what)
  const others = context.slice.tenants.filter(({ id }) => id !== from)
  const elsewhere = asked.sent
    .filter(isAppOnlyGrant)
    .find(({ request }) => others.some(({ id }) => (urlOf(request) + textOf(request)).includes(id)))
  if (elsewhere)
    throw new Violation('granted-elsewhere', {
      expected: `${what}: no grant in another realm`,
      actual: `${inWords(asked.outcome)}, after a grant at ${urlOf(elsewhere.request)}`,
    })
}

/** Realms that are there. */
export const realmPairs: Check = {
  ...shared,
  id: 'app-only.same-realm.pairs',
  title: 'the token of a user buys app-only tokens of their own realm alone',
  sends:
    'requests for an app-only token by the clients of three realms, each with the tokens of users of every realm, as they were issued and as they would be for the API of the client, naming one realm or another or none',
  owes: "a refusal wherever the realms of user and client differ, before the client's secret is used for a grant; no grant in a realm that is not the user's",
  attacks: ['BTE-13'],
  needs: needsOf({ tenants: 3, guestsPerTenant: 1 }),
  kills: [
    'broker.ignores-realm-of-user-token',
    'broker.takes-realm-of-request-for-users',
    'broker.takes-domain-of-request-for-users-realm',
  ],
  async run(context) {
    const people = everyPeople(context)
    const tokens = new Map<People, string>()
    const hold = async (whose: People) => {
      const token = tokens.get(whose) ?? (await userTokenOf(context, whose))
      tokens.set(whose, token)
      return token
    }
    const [one, other] = [people[0], people.find(({ client }) => client.tenant !== people[0]?.client.tenant)]
    if (one === undefined || other === undefined) throw new TypeError('the slice has one realm only')
    const examples = [one, other].flatMap((brought) =>
      [one, other].flatMap((asking) =>
        audiences.map((audience) => ({ brought, asking, named: asking.client.tenant, audience })),
      ),
    )
    await context.each(examples, (pair) => judgePair(context, hold, pair))
    const whose = fc.constantFrom(...people)
    const spelled = fc.constantFrom(...spellings)
    const tenantOf = ({ client }: People) => context.slice.tenants.filter(({ id }) => id === client.tenant)
    const foreign = people.flatMap((asking) =>
      people.filter(({ client }) => client.tenant !== asking.client.tenant).map((brought) => ({ brought, asking })),
    )
    const fitting = fc.tuple(fc.constantFrom(...foreign), spelled).map(([pair, by]): Pair => ({
      ...pair,
      named: tenantOf(pair.asking).map(by).join(''),
      audience: 'of the client',
    }))
    const any = fc.record({
      brought: whose,
      asking: whose,
      named: fc.tuple(fc.constantFrom(...context.slice.tenants), spelled).map(([tenant, by]) => by(tenant)),
      audience: fc.constantFrom(...audiences),
    })
    for (const [name, pairs] of Object.entries({ fitting, any }))
      await context.forEvery(name, pairs, Math.ceil(context.runs / 2), (pair) => judgePair(context, hold, pair))
  },
}

const hex = '0123456789abcdef'
const replaceAt = (text: string, at: number, by: string) => text.slice(0, at) + by + text.slice(at + 1)

/** Realms that are not that of the client, and almost are. */
const nearRealms = (own: string): Record<string, fc.Arbitrary<string>> => ({
  digit: fc
    .tuple(
      fc.constantFrom(...[...own].flatMap((digit, at) => (digit === '-' ? [] : [at]))),
      fc.integer({ min: 1, max: 15 }),
    )
    .map(([at, by]) => replaceAt(own, at, hex[(hex.indexOf(own[at] ?? '0') + by) % 16] ?? '0')),
  'same-beginning': fc
    .uuid()
    .map((other) => own.slice(0, 9) + other.slice(9))
    .filter((other) => other !== own),
  'same-end': fc
    .uuid()
    .map((other) => other.slice(0, 24) + own.slice(24))
    .filter((other) => other !== own),
  pattern: fc
    .tuple(fc.nat(own.length - 1), fc.constantFrom('%', '_', '*'))
    .map(([at, wildcard]) => replaceAt(own, at, wildcard)),
})

/** Realms that nobody registered. */
export const nearRealm: Check = {
  ...shared,
  id: 'app-only.same-realm.near',
  title: 'the token of a user of a realm that is almost that of the client buys no app-only token',
  sends:
    'valid requests with a user token as its issuer would have issued it for another realm, which differs in a digit, agrees in its beginning or end, or is a pattern',
  owes: "a refusal of each, before the client's secret is used for a grant",
  attacks: ['BTE-13'],
  needs: needsOf(),
  kills: ['broker.ignores-realm-of-user-token', 'broker.compares-realm-of-user-by-prefix'],
  async run(context) {
    const { people, said, attempt } = await trialOf(context)
    const { tenant } = people.client
    const of = (realm: string) =>
      attempt(
        { claims: { ...ofRealm(said, tenant, realm), aud: said['aud'] }, signed: { by: 'issuer' } },
        `the token of a user of realm ${realm}`,
      )
    await context.each(['33333333-3333-4333-a333-333333333333'], of)
    const forms = Object.entries(nearRealms(tenant))
    for (const [index, [name, realms]] of forms.entries())
      await context.forEvery(name, realms, Math.floor((Math.ceil(context.runs / 2) + index) / forms.length), of)
  },
}
