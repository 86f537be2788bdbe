import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { IssueInput } from '../../../harness/dialects/dialect.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { attributeNamed } from '../../../protocols/xml/element.ts'
import type { People } from '../sign-in/request.ts'
import { livesAsDeclared } from '../sign-in/token.ts'
import { metadataOf, names, seenBy, signedIn, trustOf } from '../sign-in/request.ts'
import { issue, issuesNothing, tokenComes, trustIssues, trusting, upstreamToken } from './request.ts'

const needs = {
  capabilities: ['wsfed-upstream', 'speaks:metadata'],
  shape: { ...single, tenants: 2, partiesPerTenant: 2, usersPerTenant: 2 },
  scope: 'slice',
} as const
const clauses = ['sign-in.ws-trust'] as const
const minutes = 60_000

/** Optional parts of a request, which make no other token of it. */
const parts = fc.record<Pick<IssueInput, 'messageId'> & { dated: boolean }>({
  messageId: fc.uuid().map((id) => `urn:uuid:${id}`),
  dated: fc.boolean(),
})

/** What WS-Federation brings, WS-Trust brings too. */
export const sameToken: Check = {
  id: 'sign-in.ws-trust.same-token',
  title: 'over WS-Trust a party gets the token that it gets over WS-Federation',
  sends:
    "valid token requests with an assertion of the tenant's identity provider, for each party and each user, after a sign-in over WS-Federation; with and without the parts that are optional",
  owes: 'a new token of the broker for the party alone, of the version that it is registered for and of the declared lifetime, that names the user',
  clauses,
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: [
    'broker.issues-for-anyone-over-ws-trust',
    'broker.issues-saml20-over-ws-trust',
    'broker.names-nobody-over-ws-trust',
    'broker.issues-for-anyone-to-dated-requests',
  ],
  control: tokenComes,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const attempt = async ({ party, tenant, user }: People, more: Partial<IssueInput> = {}) => {
      const token = await upstreamToken(context, tenant, user)
      const asked = await issue(context, party, { token, ...more })
      const seen = seenBy(party, trust, asked, [
        'no-response', 'unsigned', 'foreign-key', 'altered', 'wrong-issuer', 'no-audience', 'wrong-audience',
        'wrong-token-type', 'no-window', 'expired', 'early', 'not-bearer',
      ]) // prettier-ignore
      const { assertion } = seen
      livesAsDeclared(context, asked, seen)
      const expected = `a new token of ${user.name} for ${party.realm}`
      const fail = (kind: string, actual: string) => new Violation(kind, { expected, actual })
      if (assertion.audiences.flat().length !== 1) throw fail('audiences', 'one for several audiences')
      if (!names(assertion, user)) throw fail('another-user', assertion.nameId?.value ?? 'one that names nobody')
      if ([attributeNamed(token, 'ID'), attributeNamed(token, 'AssertionID')].includes(assertion.id)) {
        throw fail('same-id', "one under the id of the identity provider's")
      }
    }
    const { users } = context.slice
    const each = trusting(context).flatMap((people) =>
      users.filter(({ tenant }) => tenant === people.tenant.id).map((user) => ({ ...people, user })),
    )
    await context.each(each, async (people) => {
      await signedIn(context, people, trust)
      await attempt(people)
    })
    const [first] = each
    if (first === undefined) throw new TypeError('the slice has no user')
    await context.forEvery('parts', parts, Math.ceil(context.runs / 5), async ({ dated, ...more }) => {
      const now = context.clock.now()
      await attempt(first, { ...more, ...(dated && { timestamp: { created: now, expires: now + 5 * minutes } }) })
    })
  },
}

/** An AppliesTo that is nobody's. */
export const unknownAppliesTo: Check = {
  id: 'sign-in.ws-trust.unknown-applies-to',
  title: 'an AppliesTo that is not registered gets row 7 and no token',
  sends:
    "token requests, valid but for an AppliesTo that is a stranger's, on a registered host, or almost a registered one",
  owes: 'a fault that says "Requested relying party realm … is unknown."; no token',
  clauses,
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: ['broker.takes-applies-to-by-host', 'broker.takes-beginning-of-applies-to'],
  control: trustIssues,
  async run(context) {
    const [{ party, tenant, user }] = trusting(context)
    const attempt = async (realm: string) => {
      const token = await upstreamToken(context, tenant, user)
      const asked = await issue(context, party, { token, realm })
      issuesNothing(context, asked, `AppliesTo ${JSON.stringify(realm)}`, { row: 'unknown-realm' })
    }
    const { tag } = context.slice
    await context.each([`urn:stranger:${tag}`, `https://stranger-${tag}.test/`, `${party.realm}stranger/`], attempt)
    const near = fc.oneof(
      label.map((text) => party.realm + text),
      fc.integer({ min: 2, max: party.realm.length - 12 }).map((cut) => party.realm.slice(0, -cut)),
      label.map((text) => party.realm.replace('://', `://${text}.`)),
      fc.constantFrom(party.realm.replace('https:', 'http:'), `${party.realm}?x=1`, party.reply),
    )
    await context.forEvery('near', near, Math.ceil(context.runs / 3), attempt)
  },
}
