import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Upstream } from '../../../fixtures/world/shapes.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { issuerOf } from '../../../mocks/idp/entra/claims.ts'
import { answeredOver, buysNothing } from './bad-answer.ts'
import { partiesOf, partiesSignInOver, signIn, validSignIn } from './request.ts'

/** A token under a name that is not the issuer's, though the key is. */
const otherIssuer = (over: Upstream, what: string): Check => ({
  id: `sign-in.rejects-bad-upstream.${over === 'oidc' ? 'id-token-issuer' : 'issuer'}`,
  title: `${what} under the name of another issuer is no sign-in`,
  sends: `valid sign-in requests whose identity provider answers with ${what}, signed with its own key, under a stranger's name or almost under its own`,
  owes: 'error row 4 at the broker; no response for the party. One key may sign for many issuers, the name tells them apart',
  clauses: ['sign-in.rejects-bad-upstream'],
  weaker: 'practice',
  attacks: [over === 'oidc' ? 'OID-04' : 'SAM-12'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: {
    capabilities: [over === 'oidc' ? 'oidc' : 'wsfed-upstream', 'speaks:metadata'],
    shape: { ...single, tenants: 2 },
    scope: 'slice',
  },
  kills: ['broker.ignores-issuer', 'broker.takes-issuer-by-prefix'],
  control: (context) => partiesSignInOver(context, over),
  async run(context) {
    const [people] = partiesOf(context, over)
    if (people === undefined) throw new TypeError(`no tenant of the slice signs in over ${over}`)
    const attempt = async (issuer: string) => {
      context.hostile(`idp.issues-as:${issuer}`)
      const asked = await signIn(context, validSignIn(context, people.party), people.user)
      answeredOver(asked, over)
      buysNothing(context, asked, people, `${what} of ${JSON.stringify(issuer)}`)
    }
    const own = issuerOf({ origin: context.at.idp }, people.tenant.id, 1)
    const other = issuerOf({ origin: context.at.idp }, '33333333-3333-4333-a333-333333333333', 1)
    await context.each(['https://stranger.test/', other, ''], attempt)
    const near = fc.oneof(
      label.map((text) => own + text),
      label.map((text) => own.replace('://', `://${text}.`)),
      fc.integer({ min: 9, max: own.length - 1 }).map((length) => own.slice(0, length)),
    )
    await context.forEvery('near', near, Math.ceil(context.runs / 5), attempt)
  },
})

/** Both kinds of token. */
export const issuers: readonly Check[] = [otherIssuer('wsfed', 'an assertion'), otherIssuer('oidc', 'an id token')]
