import { single } from '../../../fixtures/world/slice.ts'
import type { AttackId, Check } from '../../../harness/judge/check.ts'
import type { FaultId } from '../../../mocks/faults/catalogue.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { keyTricks } from '../../../mocks/idp/entra/key-tricks.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import type { Asked } from '../authorize/request.ts'
import { answeredOver, buysNothing, neverForged } from './bad-answer.ts'
import { metadataOf, partiesOf, partiesSignInOver, signIn, trustOf, validSignIn } from './request.ts'

type Defect = {
  name: string
  over: 'wsfed' | 'oidc'
  /** Each is tried by itself. */
  modes: readonly HostileModeId[]
  what: string
  kills: readonly [FaultId, ...FaultId[]]
  weaker?: 'practice'
  attacks?: readonly AttackId[]
  /** Something in the answer is rightly signed, and may be believed. */
  partlySigned?: true
  /** What a target need not look at in an id token that it fetched itself over TLS, or when it sent nothing to compare. */
  besideTheBrowser?: 'signature' | 'nonce'
}

/**
 * Whether the target may overlook a defect of an id token, since it did not come through the browser: TLS may vouch for one from the
 * token endpoint, and a nonce counts only when one was sent (OpenID Connect Core 1.0 section 3.1.3.7).
 */
const mayOverlook = ({ journey }: Asked, defect: 'signature' | 'nonce'): boolean => {
  const query = queryOf(journey.find(({ to }) => to === 'idp')?.request.rawPath ?? '')
  const [type = ''] = valuesOf(query, 'response_type')
  return !type.split(' ').includes('id_token') && (defect === 'signature' || valuesOf(query, 'nonce').length === 0)
}

/** An answer of the identity provider with one defect buys nothing. */
const check = ({ name, over, modes, what, kills, weaker, attacks, partlySigned, besideTheBrowser }: Defect): Check => ({
  id: `sign-in.rejects-bad-upstream.${name}`,
  title: `${what} is no sign-in`,
  sends: `valid sign-in requests whose identity provider answers with ${what}`,
  owes: `error row 4 or 2 at the broker, or an error upstream; ${partlySigned ? 'nobody at the party but whom the signature names' : 'no response for the party'}`,
  clauses: ['sign-in.rejects-bad-upstream'],
  ...(weaker && { weaker }),
  ...(attacks && { attacks }),
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: {
    capabilities: [over === 'oidc' ? 'oidc' : 'wsfed-upstream', 'speaks:metadata'],
    shape: { ...single, tenants: 2 },
    scope: 'slice',
  },
  kills,
  control: (context) => partiesSignInOver(context, over),
  async run(context) {
    const trust = partlySigned && trustOf(context, await metadataOf(context))
    const parties = partiesOf(context, over)
    const cases = parties.flatMap((people) => modes.map((mode) => ({ people, mode })))
    await context.each(cases, async ({ people, mode }) => {
      context.hostile(mode)
      const asked = await signIn(context, validSignIn(context, people.party), people.user)
      answeredOver(asked, over)
      if (besideTheBrowser && mayOverlook(asked, besideTheBrowser)) {
        return context.note(`${what} may be believed in an id token that the target fetched itself`)
      }
      if (trust) neverForged(context, asked, people, trust, what)
      else buysNothing(context, asked, people, what)
    })
  },
})

const [wsfed, oidc] = [{ over: 'wsfed' }, { over: 'oidc' }] as const
/** How a forged id token may name its key, but for the plain way. */
const headers = keyTricks
  .filter((trick) => trick !== 'foreign-key')
  .map((trick) => `idp.forges-id-token:${trick}` as const)
// oxfmt-ignore
const defects: readonly Defect[] = [
  { ...wsfed, name: 'unsigned', modes: ['idp.omits-wsfed-signature'], what: 'an assertion without a signature', kills: ['broker.believes-unsigned', 'broker.ignores-signature'] },
  { ...wsfed, name: 'foreign-key', modes: ['idp.signs-with-foreign-key'], what: 'an assertion signed by a foreign key', kills: ['broker.ignores-signature'] },
  { ...wsfed, name: 'key-info', modes: ['idp.puts-key-into-key-info'], what: 'an assertion signed by the key of the certificate in it', kills: ['broker.trusts-embedded-certificate', 'broker.ignores-signature'] },
  { ...wsfed, name: 'altered', modes: ['idp.alters-assertion'], what: 'an assertion that was altered after it was signed', kills: ['broker.ignores-signature', 'broker.believes-altered'] },
  { ...wsfed, name: 'expired', modes: ['idp.issues-expired-assertion'], what: 'an expired assertion', kills: ['broker.believes-for-a-day', 'broker.ignores-window'] },
  { ...wsfed, name: 'early', modes: ['idp.issues-early-assertion'], what: 'an assertion that is not valid yet', kills: ['broker.ignores-window', 'broker.ignores-start'] },
  { ...wsfed, name: 'audience', modes: ['idp.mints-assertion-for-another-audience'], what: 'an assertion for another audience', attacks: ['WSF-14'], kills: ['broker.ignores-audience'] },
  { ...wsfed, name: 'no-audience', modes: ['idp.omits-audience'], what: 'an assertion that names no audience', weaker: 'practice', attacks: ['SAM-06'], kills: ['broker.believes-tokens-for-anyone'] },
  { ...wsfed, name: 'tenant', modes: ['idp.asserts-another-tenant'], what: 'an assertion that names another tenant', kills: ['broker.believes-issuer-alone'] },
  { ...wsfed, name: 'sha1', modes: ['idp.signs-with-sha1'], what: 'an assertion signed with SHA-1', weaker: 'practice', attacks: ['XKY-07'], kills: ['broker.believes-sha1'] },
  { ...wsfed, name: 'wrapped', modes: ['idp.wraps-assertion'], what: 'a forged assertion around a signed one', attacks: ['XSW-09'], partlySigned: true, kills: ['broker.ignores-signature', 'broker.believes-wrapped'] },
  { ...wsfed, name: 'two-assertions', modes: ['idp.repeats-assertion'], what: 'a forged assertion behind a signed one', attacks: ['XSW-14'], partlySigned: true, kills: ['broker.reads-last-assertion'] },
  { ...wsfed, name: 'context', modes: ['idp.changes-wctx', 'idp.omits-wctx'], what: 'an assertion beside a wctx of no sign-in', weaker: 'practice', kills: ['broker.guesses-unknown-sign-in'] },
  { ...oidc, name: 'state', modes: ['idp.changes-state', 'idp.omits-state'], what: 'an id token beside a state of no sign-in', weaker: 'practice', attacks: ['OID-17'], kills: ['broker.guesses-unknown-sign-in'] },
  { ...oidc, name: 'nonce', besideTheBrowser: 'nonce', modes: ['idp.changes-nonce'], what: 'an id token with another nonce', attacks: ['OID-11'], kills: ['broker.ignores-nonce'] },
  { ...oidc, name: 'alg-none', besideTheBrowser: 'signature', modes: ['idp.omits-signature'], what: 'an id token with alg none', attacks: ['JWT-01'], kills: ['broker.believes-alg-none', 'broker.ignores-signature-of-id-token'] },
  { ...oidc, name: 'hs256', besideTheBrowser: 'signature', modes: ['idp.signs-with-hs256'], what: 'an id token with an HMAC keyed by the public key', attacks: ['JWT-02'], kills: ['broker.ignores-signature-of-id-token'] },
  { ...oidc, name: 'id-token-foreign-key', besideTheBrowser: 'signature', modes: ['idp.forges-id-token:foreign-key'], what: 'an id token signed by a foreign key', attacks: ['OID-15'], kills: ['broker.ignores-signature-of-id-token'] },
  { ...oidc, name: 'id-token-key-header', besideTheBrowser: 'signature', modes: headers, what: 'an id token that says itself by which key it is to be verified', attacks: ['JWT-03', 'JWT-04', 'JWT-05'], kills: ['broker.trusts-embedded-jwk', 'broker.trusts-embedded-certificate-of-id-token', 'broker.believes-unknown-kid', 'broker.reads-key-from-path', 'broker.ignores-signature-of-id-token'] },
  { ...oidc, name: 'id-token-audience', modes: ['idp.mints-for-another-audience'], what: 'an id token for another client', attacks: ['OID-13'], kills: ['broker.ignores-audience-of-id-token'] },
  { ...oidc, name: 'id-token-expired', modes: ['idp.issues-expired-id-token'], what: 'an expired id token', attacks: ['OID-12'], kills: ['broker.ignores-expiry-of-id-token'] },
  { ...oidc, name: 'id-token-early', modes: ['idp.issues-early-id-token'], what: 'an id token that is not valid yet', attacks: ['OID-12'], kills: ['broker.ignores-start-of-id-token'] },
  { ...oidc, name: 'id-token-tenant', modes: ['idp.names-another-tenant'], what: 'an id token that names another tenant', kills: ['broker.believes-issuer-alone'] },
]

/** One check for each defect of an upstream answer. */
export const badUpstream: readonly Check[] = defects.map(check)
