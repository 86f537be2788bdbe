import { single } from '../../../fixtures/world/slice.ts'
import type { Check } from '../../../harness/judge/check.ts'
import type { FaultId } from '../../../mocks/faults/catalogue.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { comesToNothing } from './refusals.ts'
import { partiesOf, partiesSignInOver, signIn, validSignIn } from './request.ts'

type Defect = {
  name: string
  over: 'wsfed' | 'oidc'
  mode: HostileModeId
  what: string
  kills: readonly [FaultId, ...FaultId[]]
  weaker?: 'practice'
}

/** An answer of the identity provider with one defect buys nothing. */
const check = ({ name, over, mode, what, kills, weaker }: Defect): Check => ({
  id: `sign-in.rejects-bad-upstream.${name}`,
  title: `${what} is no sign-in`,
  sends: `valid sign-in requests whose identity provider answers with ${what}`,
  owes: 'error row 4 or 2 at the broker, or an error upstream; no response for the party',
  clauses: ['sign-in.rejects-bad-upstream'],
  ...(weaker && { weaker }),
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: {
    capabilities: [over === 'oidc' ? 'oidc' : 'wsfed-upstream', 'speaks:metadata'],
    shape: { ...single, tenants: 2 },
    scope: 'slice',
  },
  kills,
  control: (context) => partiesSignInOver(context, over),
  async run(context) {
    const parties = partiesOf(context, over)
    context.hostile(mode)
    await context.each(parties, async ({ party, user }) => {
      const asked = await signIn(context, validSignIn(context, party), user)
      comesToNothing(context, asked, `no response for ${party.realm} out of ${what}`)
    })
  },
})

const wsfed = { over: 'wsfed' } as const
const oidc = { over: 'oidc' } as const
// oxfmt-ignore
const defects: readonly Defect[] = [
  { ...wsfed, name: 'unsigned', mode: 'idp.omits-wsfed-signature', what: 'an assertion without a signature', kills: ['broker.believes-unsigned', 'broker.ignores-signature'] },
  { ...wsfed, name: 'foreign-key', mode: 'idp.signs-with-foreign-key', what: 'an assertion signed by a foreign key', kills: ['broker.ignores-signature'] },
  { ...wsfed, name: 'key-info', mode: 'idp.puts-key-into-key-info', what: 'an assertion signed by the key of the certificate in it', kills: ['broker.trusts-embedded-certificate', 'broker.ignores-signature'] },
  { ...wsfed, name: 'altered', mode: 'idp.alters-assertion', what: 'an assertion that was altered after it was signed', kills: ['broker.ignores-signature', 'broker.believes-altered'] },
  { ...wsfed, name: 'expired', mode: 'idp.issues-expired-assertion', what: 'an expired assertion', kills: ['broker.believes-for-a-day', 'broker.ignores-signature', 'broker.ignores-window'] },
  { ...wsfed, name: 'early', mode: 'idp.issues-early-assertion', what: 'an assertion that is not valid yet', kills: ['broker.ignores-signature', 'broker.ignores-window', 'broker.ignores-start'] },
  { ...wsfed, name: 'audience', mode: 'idp.mints-assertion-for-another-audience', what: 'an assertion for another audience', kills: ['broker.ignores-audience', 'broker.ignores-signature'] },
  { ...wsfed, name: 'wrapped', mode: 'idp.wraps-assertion', what: 'a forged assertion around a signed one', kills: ['broker.ignores-signature'] },
  { ...oidc, name: 'nonce', mode: 'idp.changes-nonce', what: 'an id token with another nonce', kills: ['broker.ignores-signature-of-id-token', 'broker.ignores-nonce'] },
  { ...oidc, name: 'alg-none', mode: 'idp.omits-signature', what: 'an id token with alg none', kills: ['broker.believes-alg-none', 'broker.ignores-signature-of-id-token'] },
  { ...oidc, name: 'hs256', mode: 'idp.signs-with-hs256', what: 'an id token with an HMAC keyed by the public key', kills: ['broker.ignores-signature-of-id-token'] },
  { ...oidc, name: 'id-token-audience', mode: 'idp.mints-for-another-audience', what: 'an id token for another client', kills: ['broker.ignores-audience-of-id-token', 'broker.ignores-signature-of-id-token'] },
  { ...oidc, name: 'id-token-issuer', mode: 'idp.names-another-issuer', what: 'an id token under the name of another issuer', kills: ['broker.speaks-federation-only', 'broker.leads-off-from-refusals'] },
  { ...oidc, name: 'id-token-expired', mode: 'idp.issues-expired-id-token', what: 'an expired id token', kills: ['broker.ignores-signature-of-id-token', 'broker.ignores-expiry-of-id-token'] },
  { ...oidc, name: 'id-token-tenant', mode: 'idp.names-another-tenant', what: 'an id token that names another tenant', kills: ['broker.speaks-federation-only', 'broker.believes-issuer-alone', 'broker.leads-off-from-refusals'] },
]

/** One check for each defect of an upstream answer. */
export const badUpstream: readonly Check[] = defects.map(check)
