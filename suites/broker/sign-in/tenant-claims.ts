import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { describe } from '../authorize/request.ts'
import { notLetIn, signInElsewhere } from './elsewhere.ts'
import { pairsOf } from './other-directory.ts'
import type { People } from './request.ts'
import { metadataOf, names, partiesOf, partiesSignIn, responseIn, seenBy, signIn, trustOf, validSignIn } from './request.ts' // prettier-ignore

const needs = { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' } as const
const applies: Check['applies'] = ({ upstream }) => (upstream ? undefined : 'dialect.upstream')

/** A sign-in of a member whose directory is hostile in these ways. */
const signInUnder = async (context: Context, { party, user }: People, ...modes: HostileModeId[]) => {
  context.hostile(...modes)
  const asked = await signIn(context, validSignIn(context, party), user)
  context.hostile()
  return asked
}

/** Claims that are almost the one. */
export const similarClaims: Check = {
  id: 'realm.from-token.similar-claims',
  title: 'claims that are named like that of the tenant change nothing',
  sends:
    'sign-ins whose token has claims of similar names that name another tenant; and tokens that name another tenant while similar claims name the right one',
  owes: 'a response for the same user, and none',
  clauses: ['realm.from-token'],
  attacks: ['SAM-32'],
  applies,
  needs,
  kills: ['broker.takes-similar-tenant-claim'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    await context.each(partiesOf(context), async (people) => {
      const { party, user } = people
      const asked = await signInUnder(context, people, 'idp.adds-similar-tenant-claims')
      const expected = `${user.name} at ${party.realm}`
      if (!responseIn(asked.outcome)) throw new Violation('no-response', { expected, actual: describe(asked) })
      if (!names(seenBy(party, trust, asked).assertion, user)) {
        throw new Violation('another-user', { expected, actual: 'somebody else' })
      }
      const lies = ['idp.asserts-another-tenant', 'idp.names-another-tenant'] as const
      const lied = await signInUnder(context, people, 'idp.adds-similar-tenant-claims', ...lies)
      notLetIn(lied, 'the token names another tenant', 'realm.from-token')
    })
  },
}

/** Two tenants, of which only one can be right. */
export const twoTenants: Check = {
  id: 'realm.from-token.two-tenants',
  title: 'a token that names two tenants signs nobody in',
  sends: 'sign-ins whose token names another tenant before the right one, or behind it',
  owes: 'no response for the party: two readers of such a token may see two tenants',
  clauses: ['realm.from-token'],
  weaker: 'practice',
  attacks: ['SAM-32'],
  applies,
  needs,
  kills: ['broker.takes-first-of-two-tenants', 'broker.takes-last-of-two-tenants'],
  control: partiesSignIn,
  async run(context) {
    const modes = ['idp.adds-tenant-before', 'idp.adds-tenant-after'] as const
    const cases = partiesOf(context).flatMap((people) => modes.map((mode) => ({ people, mode })))
    await context.each(cases, async ({ people, mode }) =>
      notLetIn(await signInUnder(context, people, mode), 'the token names two tenants', 'realm.from-token'),
    )
  },
}

/** What a request may name, and with what: another tenant by its id or its domain, or one of its users. */
const namings = ({ tenant: { id, domain }, user }: People): [string, string][] => [
  ['whr', id],
  ['whr', domain],
  ['whr', `https://sts.windows.net/${id}/`],
  ...['realm', 'RealmId', 'tenant', 'tid'].map((name): [string, string] => [name, id]),
  ['domain_hint', domain],
  ['login_hint', user.name],
  ['username', user.name],
]

/** What a request says of a tenant. */
export const namedInRequest: Check = {
  id: 'realm.from-token.named-in-request',
  title: 'a tenant that is named in the request overrides nothing',
  sends:
    "sign-in requests with whr, realm, tenant, tid, domain_hint or login_hint of another tenant, by the party's own user, and by the other tenant's at the other directory",
  owes: "the own user at the party's own directory, and never a response for the other tenant's user",
  clauses: ['realm.from-token', 'sign-in.asks-as-itself'],
  attacks: ['WSF-19', 'TEN-13'],
  applies,
  needs,
  kills: ['broker.follows-home-realm', 'broker.takes-home-realm-for-tenant'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const cases = pairsOf(context).flatMap((pair) => namings(pair.other).map((more) => ({ ...pair, more })))
    await context.each(cases, async ({ own, other, more }) => {
      const input = { ...validSignIn(context, own.party), more: [more] }
      const asked = await signIn(context, input, own.user)
      const expected = `${own.user.name} at ${own.party.realm}, through ${own.tenant.name} alone`
      const there = `/${other.tenant.id}/`
      if (asked.journey.some(({ to, request }) => to === 'idp' && request.rawPath.startsWith(there))) {
        const actual = `a request to ${other.tenant.name}, which ${more[0]} names`
        throw new Violation('asked-elsewhere', { expected, actual, clause: 'sign-in.asks-as-itself' })
      }
      if (responseIn(asked.outcome) && !names(seenBy(own.party, trust, asked).assertion, own.user)) {
        throw new Violation('another-user', { expected, actual: 'somebody else' })
      }
      if (!asked.journey.some(({ to }) => to === 'idp')) return
      const taken = await signInElsewhere(context, own, input, { to: other.tenant, as: other.user })
      notLetIn(taken, `${other.user.name} is no member, whatever ${more[0]} says`, 'realm.from-token')
    })
  },
}
