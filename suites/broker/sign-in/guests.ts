import type { User } from '../../../fixtures/world/shapes.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Assertion } from '../../../protocols/saml/assertion.ts'
import { describe } from '../authorize/request.ts'
import { notLetIn, signInElsewhere } from './elsewhere.ts'
import type { People } from './request.ts'
import { metadataOf, names, partiesOf, partiesSignIn, responseIn, seenBy, signIn, trustOf, validSignIn } from './request.ts' // prettier-ignore

/** A directory knows a guest by the address at home, or by a name made of that. */
const namesGuest = (assertion: Assertion, user: User): boolean => {
  const values = [assertion.nameId?.value ?? '', ...assertion.claims.flatMap((claim) => claim.values)]
  const made = user.name.replace('@', '_').toLowerCase()
  return names(assertion, user) || values.some((value) => value.toLowerCase().startsWith(`${made}#ext#`))
}

/** Each party with a guest of its tenant, and the party of the tenant where that guest is at home. */
const invitationsOf = (context: Context): { host: People; home: People }[] => {
  const all = partiesOf(context)
  return all.flatMap((one) => {
    const user = context.slice.users.find(({ tenant, home }) => tenant === one.tenant.id && home !== undefined)
    const home = all.find(({ tenant }) => tenant.id === user?.home)
    return user && home ? [{ host: { ...one, user }, home }] : []
  })
}

/** The tenant of the token decides. */
export const invitedGuest: Check = {
  id: 'realm.guest.invited',
  title: 'a guest is a member of the directory that invited them, and of no other by its invitation',
  sends:
    "a sign-in of each tenant's guest at a party of that tenant; and one at a party of the tenant where the guest is at home, taken to the directory that invited them",
  owes: 'a response for the guest, and none',
  clauses: ['realm.guest'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: {
    capabilities: ['speaks:metadata'],
    shape: { ...single, tenants: 2, guestsPerTenant: 1 },
    scope: 'slice',
  },
  kills: [
    'broker.refuses-guests',
    'broker.takes-domain-of-name-for-tenant',
    'broker.takes-identity-provider-for-tenant',
  ],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    await context.each(invitationsOf(context), async ({ host, home }) => {
      const { party, user } = host
      const asked = await signIn(context, validSignIn(context, party), user)
      const expected = `${user.name}, a guest, at ${party.realm}`
      if (!responseIn(asked.outcome)) throw new Violation('no-response', { expected, actual: describe(asked) })
      const { assertion } = seenBy(party, trust, asked)
      const others = context.slice.users.filter((one) => one !== user && names(assertion, one))
      if (others.length > 0) throw new Violation('another-user', { expected, actual: others.map(({ name }) => name).join(' and ') }) // prettier-ignore
      if (!namesGuest(assertion, user)) {
        throw new Inconclusive('unreadable', `the response for ${user.name} names nobody who is known`)
      }
      const taken = await signInElsewhere(context, home, validSignIn(context, home.party), {
        to: host.tenant,
        as: user,
      })
      notLetIn(taken, `the token of ${user.name} is of ${host.tenant.name}`, 'realm.guest')
    })
  },
}
