import { single } from '../../../fixtures/world/slice.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { notLetIn, signInElsewhere } from './elsewhere.ts'
import type { People } from './request.ts'
import { partiesOf, partiesSignIn, validSignIn } from './request.ts'

/** A party of each tenant beside one of the tenant before it, which is the one that a hostile directory names as another. */
export const pairsOf = (context: Context): { own: People; other: People }[] => {
  const all = context.slice.tenants.flatMap(({ id }) => partiesOf(context).find(({ tenant }) => tenant.id === id) ?? [])
  return all.flatMap((own, index) => {
    const other = all.at(index - 1)
    return other === undefined || other === own ? [] : [{ own, other }]
  })
}

/** A right token of the wrong directory. */
export const otherDirectory: Check = {
  id: 'realm.members-only.other-directory',
  title: 'the answer of another directory than the one that was asked signs nobody in',
  sends:
    "a sign-in that is taken to another tenant's directory on its way, whose user signs in there; that directory names itself, or the party's own tenant",
  owes: 'no response for the party, although the answer is rightly signed and bears the state and nonce of the request',
  clauses: ['realm.members-only'],
  attacks: ['TEN-01'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: ['broker.admits-every-tenant', 'broker.believes-tenant-claim-alone'],
  control: partiesSignIn,
  async run(context) {
    const cases = pairsOf(context).flatMap((pair) => [true, false].map((honest) => ({ ...pair, honest })))
    await context.each(cases, async ({ own, other, honest }) => {
      context.hostile(...(honest ? [] : (['idp.asserts-another-tenant', 'idp.names-another-tenant'] as const)))
      const input = validSignIn(context, own.party)
      const asked = await signInElsewhere(context, own, input, { to: other.tenant, as: other.user })
      context.hostile()
      notLetIn(asked, `${other.user.name} is no member of ${own.tenant.name}`, 'realm.members-only')
    })
  },
}
