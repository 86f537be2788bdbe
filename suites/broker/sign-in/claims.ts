import * as fc from 'fast-check'
import { xmlTexts } from '../../../fixtures/arbitraries/assertions.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import type { Asserted } from '../../../mocks/idp/entra/asserted.ts'
import type { Claim } from '../../../protocols/saml/assertion.ts'
import { describe } from '../authorize/request.ts'
import { needing } from './needs.ts'
import type { People } from './request.ts'
import {
  metadataOf,
  names,
  partiesOf,
  partiesSignIn,
  responseComes,
  responseIn,
  seenBy,
  signIn,
  signedIn,
  trustOf,
  validSignIn,
} from './request.ts'
import type { Said } from './said-upstream.ts'
import { saidUpstream } from './said-upstream.ts'

const needs = needing({ tenants: 2, usersPerTenant: 3 })

/** The user who signed in. */
export const sameUser: Check = {
  id: 'sign-in.claims.same-user',
  title: 'the user who signed in upstream is the user whom the party sees',
  sends: 'a valid sign-in of each of several users',
  owes: "the user's own name or object id, and no other user's",
  clauses: ['sign-in.claims'],
  needs,
  kills: ['broker.truncates-claims'],
  control: responseComes,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const { users } = context.slice
    const cases = partiesOf(context).flatMap((people) =>
      users.filter(({ tenant }) => tenant === people.tenant.id).map((user) => ({ ...people, user })),
    )
    await context.each(cases, async (people) => {
      const { assertion } = await signedIn(context, people, trust)
      const others = users.filter((user) => user !== people.user && names(assertion, user))
      if (names(assertion, people.user) && others.length === 0) return
      throw new Violation('another-user', {
        expected: `${people.user.name} at ${people.party.realm}`,
        actual: [
          others.map(({ name }) => name).join(' and ') || 'a name that nobody has',
          assertion.nameId?.value ?? '',
        ].join(', '),
      })
    })
  },
}

/** A sign-in of a user of whom the provider says this; `undefined` when the target refuses it. */
const signedInAs = async (context: Context, { party, user }: People, trust: PartyTrust, said: Asserted) => {
  context.asserts(user, said)
  const asked = await signIn(context, validSignIn(context, party), user)
  if (asked.outcome.is === 'refusal') {
    context.note('a user of an odd name was refused, which is lawful')
    return undefined
  }
  if (!responseIn(asked.outcome)) throw new Inconclusive('unreadable', `no sign-in response came: ${describe(asked)}`)
  return { ...seenBy(party, trust, asked), said: saidUpstream(asked) }
}

/** Names that are almost another user's, or hostile to whoever handles them as markup. */
const oddNames = (own: User, other: User): fc.Arbitrary<Asserted> =>
  fc.record({
    name: fc.oneof(
      xmlTexts.map((text) => `${other.name}${text}.${own.name}`),
      fc.constantFrom('<!---->', '<?x?>', '\n', ' ', '&#0;').map((text) => `${other.name}${text}.test`),
      xmlTexts.map((text) => `${text}${own.name}`),
    ),
    displayName: xmlTexts,
  })

/** Whatever the user is called. */
export const anyName: Check = {
  id: 'sign-in.claims.any-name',
  title: 'a user stays the same person to a party, whatever the user is called',
  sends:
    "valid sign-ins of users whose name and display name hold markup, entities, scripts and very much, and begin as another user's",
  owes: "the user's name as it is, or the object id, and no other user's; or a refusal",
  clauses: ['sign-in.claims'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: ['broker.cuts-claims-at-markup'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const { users } = context.slice
    for (const people of partiesOf(context)) {
      const { party, tenant, user } = people
      const others = users.filter((one) => one.tenant === user.tenant && one !== user)
      const other = others[0] ?? user
      await context.forEvery(tenant.upstream, oddNames(user, other), Math.ceil(context.runs / 5), async (said) => {
        const seen = await signedInAs(context, people, trust, said)
        if (seen === undefined) return
        const strangers = others.filter((one) => names(seen.assertion, one))
        if (names(seen.assertion, { ...user, ...said }) && strangers.length === 0) return
        throw new Violation('another-user', {
          expected: `${JSON.stringify(said.name?.slice(0, 200))}, object id ${user.objectId}, at ${party.realm}`,
          actual: strangers.map(({ name }) => name).join(' and ') || 'a name that nobody has',
        })
      })
    }
  },
}

const identity = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const role = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'

/** Claims beyond those that the provider always tells. */
const moreClaims: fc.Arbitrary<Claim[]> = fc
  .tuple(fc.array(xmlTexts, { minLength: 2, maxLength: 3 }), fc.array(xmlTexts, { minLength: 1, maxLength: 2 }))
  .map(([mails, roles]) => [
    { type: `${identity}/emailaddress`, values: mails },
    { type: role, values: roles },
  ])

/** What a mapping makes of what was said upstream, by type. */
const mapped = (mapping: Readonly<Record<string, readonly string[]>>, said: Said): Map<string, readonly string[]> =>
  new Map(
    Object.entries(mapping).flatMap(([type, from]) => {
      const source = from.find((one) => said.has(one))
      return source === undefined ? [] : [[type, said.get(source) ?? []] as const]
    }),
  )

/** Whether values are those that are owed; a claim that says nothing may be left out. */
const carries = (given: readonly string[], owed: readonly string[]) =>
  (given.length === 0 && owed.every((value) => value === '')) ||
  (given.length === owed.length && given.every((value, index) => value === owed[index]))

/** Nothing beyond the mapping, nothing less, and nothing else. */
export const declaredMapping: Check = {
  id: 'sign-in.claims.declared-mapping',
  title: 'a party is told the claims of the declared mapping, each unchanged, and no others',
  sends: 'valid sign-ins of users with ordinary and odd values, with several in one claim, and with a role',
  owes: 'every declared claim that was said upstream, value by value; no claim of another type',
  clauses: ['sign-in.claims'],
  weaker: 'reading',
  applies: ({ upstream }, { profile: { claims } }) =>
    upstream ? (claims === undefined ? 'profile.claims' : undefined) : 'dialect.upstream',
  needs,
  kills: [
    'broker.passes-every-claim',
    'broker.omits-object-id',
    'broker.tells-first-value-only',
    'broker.lowers-case-of-claims',
  ],
  control: partiesSignIn,
  async run(context) {
    const { claims: mapping = {} } = context.profile
    const trust = trustOf(context, await metadataOf(context))
    const attempt = async (people: People, given: Asserted) => {
      const seen = await signedInAs(context, people, trust, given)
      if (seen === undefined) return
      const told = Map.groupBy(seen.assertion.claims, ({ type }) => type)
      const valuesOf = (type: string) => (told.get(type) ?? []).flatMap(({ values }) => values)
      if (seen.said.size === 0) throw new Inconclusive('unreadable', 'no token of the identity provider was seen')
      const undeclared = [...told.keys()].find((type) => !Object.hasOwn(mapping, type))
      if (undeclared !== undefined) {
        throw new Violation('undeclared', { expected: 'claims of the declared mapping alone', actual: undeclared })
      }
      const owed = mapped(mapping, seen.said)
      for (const [type, from] of Object.entries(mapping)) {
        if (from.length === 0 || carries(valuesOf(type), owed.get(type) ?? [])) continue
        throw new Violation('changed', {
          expected: `${type}: ${JSON.stringify(owed.get(type) ?? []).slice(0, 300)}`,
          actual: JSON.stringify(valuesOf(type)).slice(0, 300),
        })
      }
    }
    await context.each(partiesOf(context), (people) => attempt(people, {}))
    const given = fc.record({ displayName: xmlTexts, more: moreClaims })
    for (const people of partiesOf(context)) {
      const label = people.tenant.upstream
      await context.forEvery(label, given, Math.ceil(context.runs / 5), (said) => attempt(people, said))
    }
  },
}
