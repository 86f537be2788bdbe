import { decodeJwt } from 'jose'
import type { Provision } from '../../fixtures/world/provision.ts'
import { orRefused } from '../../protocols/refusal.ts'
import { assertionIn, assertionsIn } from '../../protocols/saml/read-assertion.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import type { Proved } from './claims.ts'
import { provedByAssertion, provedByIdToken } from './claims.ts'
import type { SignInPolicies } from './sign-in-policies.ts'
import type { BrokerTenant, PendingSignIn } from './sign-in-terms.ts'
import { skew } from './sign-in-terms.ts'

/** What an answer proves and which tenant issued it, or in a word why it proves nothing. */
export type Judged = { proved: Proved; issuedBy: string } | { because: string }

type Judging = { provision: Provision; now: number; policies: SignInPolicies }

/**
 * Judges an upstream assertion. Its issuer must be a known tenant's; that it is the right tenant's is decided by the
 * membership of the user, from the token and not from the request.
 */
export const judgeAssertion = (
  text: string,
  { tenant: asked }: Pick<PendingSignIn, 'tenant'>,
  { provision, now, policies }: Judging,
): Judged => {
  const { application, tenants } = provision
  const claimed = issuerIn(text) ?? asked.wsfed.issuer
  const tenant = policies.findIssuer(tenants, claimed, 'wsfed', asked)
  if (tenant === undefined) return { because: 'wrong-issuer' }
  const believed = policies.believesAssertion(text, {
    keys: certificatesOf(provision, tenant).map(publicKeyOf),
    issuer: claimed,
    audience: application.realm,
    now,
    skew,
    recipient: application.reply,
  })
  return believed.is === 'refused'
    ? { because: believed.reason }
    : { proved: provedByAssertion(believed.assertion), issuedBy: tenant.id }
}

/** Judges an upstream id token, as {@link judgeAssertion} does an assertion. */
export const judgeIdToken = async (
  token: string,
  { nonce, tenant: asked }: PendingSignIn,
  { provision, now, policies }: Judging,
): Promise<Judged> => {
  const { application, tenants } = provision
  const claimed = claimedIssuer(token) ?? asked.oidc.issuer
  const tenant = policies.findIssuer(tenants, claimed, 'oidc', asked)
  const issuer = provision.issuers.find(({ id }) => id === tenant?.issuer)
  if (tenant === undefined || issuer === undefined) return { because: 'wrong-issuer' }
  const expected = { application, issuer: claimed, nonce, now, jwks: issuer.jwks }
  const payload = await policies.believesIdToken(token, expected)
  return payload === undefined
    ? { because: 'id-token-not-believed' }
    : { proved: provedByIdToken(payload), issuedBy: tenant.id }
}

const certificatesOf = ({ issuers }: Provision, tenant: BrokerTenant): string[] =>
  issuers
    .filter(({ id }) => id === tenant.issuer)
    .flatMap(({ jwks }) => jwks.keys)
    .flatMap(({ x5c }) => (Array.isArray(x5c) ? x5c.slice(0, 1) : []))
    .filter((certificate) => typeof certificate === 'string')

/** Whom a result names as issuer, or `undefined`: read before anything is verified, to know whose keys and name to expect. */
const issuerIn = (text: string): string | undefined => {
  const [first] = assertionsIn(text)
  const read = first && orRefused(() => assertionIn(first))
  return read && 'issuer' in read ? read.issuer : undefined
}

const claimedIssuer = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}
