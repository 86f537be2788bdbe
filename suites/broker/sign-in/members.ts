import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { describe } from '../authorize/request.ts'
import {
  metadataOf,
  partiesOf,
  partiesSignIn,
  responseIn,
  seenBy,
  signIn,
  speaks,
  signInBy,
  trustOf,
  validSignIn,
} from './request.ts'

const needs = { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' } as const

/** Only members of the party's own directory get in. */
export const membersOnly: Check = {
  id: 'realm.members-only.other-tenant',
  title: "a user of another tenant does not sign in to a tenant's party",
  sends:
    'valid sign-ins by a user of another tenant: with credentials, with a session of that tenant in the same browser, and with a right token that names the other tenant',
  owes: 'no response for the party',
  clauses: ['realm.members-only', 'realm.from-token'],
  attacks: ['WSF-04'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: ['broker.shares-sessions-among-tenants', 'broker.believes-issuer-alone'],
  control: partiesSignIn,
  async run(context) {
    const all = partiesOf(context)
    const trust = trustOf(context, await metadataOf(context))
    const pairs = all.flatMap((own) => all.flatMap((other) => (other.tenant === own.tenant ? [] : [{ own, other }])))
    const ways = ['credentials', 'session', 'token'] as const
    await context.each(
      pairs.flatMap((pair) => ways.map((way) => ({ ...pair, way }))),
      async ({ own, other, way }) => {
        context.hostile(
          ...(way === 'token' ? (['idp.asserts-another-tenant', 'idp.names-another-tenant'] as const) : []),
        )
        const browser = context.browser()
        if (way === 'session') {
          seenBy(other.party, trust, await signIn(context, validSignIn(context, other.party), other.user, browser))
        }
        const request = speaks(context, 'signIn').request(validSignIn(context, own.party), context.at)
        const user = { credentials: other.user, session: undefined, token: own.user }[way]
        const asked = signInBy(context, await browser.go(request, user))
        context.hostile()
        if (responseIn(asked.outcome) === undefined) return
        throw new Violation('let-in', {
          expected: `no response for ${own.party.realm}: ${other.user.name} is of another tenant`,
          actual: describe(asked),
          clause: way === 'token' ? 'realm.from-token' : 'realm.members-only',
        })
      },
    )
  },
}
