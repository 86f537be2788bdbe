import { randomUUID } from 'node:crypto'
import type { User } from '../../fixtures/world/shapes.ts'
import type { Clock } from '../../protocols/clock.ts'
import type { Assertion, Claim, SamlVersion } from '../../protocols/saml/assertion.ts'
import { bearer, tokenTypes } from '../../protocols/saml/assertion.ts'
import type { TokenResponse } from '../../protocols/ws-trust/response.ts'

/** What an assertion for a party is made from; `more` are claims beside. */
export type Wanted = { audience: string; version?: SamlVersion; more?: readonly Claim[] }

/** An assertion that has a name for its subject. */
export type Named = Assertion & { nameId: { value: string } }

type Sayer = { name: string; clock: Clock; tenant: { claim: string; id: string } }

/** How long the tokens of a broker live (TRUST: Using Azure Active Directory for SSO), in ms. */
export const eightHours = 8 * 3_600_000

const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const methods = {
  '1.1': 'urn:oasis:names:tc:SAML:1.0:am:password',
  '2.0': 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
} as const

/** The claims by which a broker names a user: each value is one that only this user has. */
export const claimsFor = ({ tenant }: Pick<Sayer, 'tenant'>, { name, objectId }: User): Claim[] => [
  { type: `${soap}/name`, values: [name] },
  { type: `${soap}/emailaddress`, values: [name] },
  { type: 'http://schemas.microsoft.com/identity/claims/objectidentifier', values: [objectId] },
  { type: tenant.claim, values: [tenant.id] },
]

/** What a broker says of a user to a party, valid from now for eight hours, in the smallest form that parties take. */
export const assertionFor = (
  { name, clock, tenant }: Sayer,
  user: User,
  { audience, version = '2.0', more = [] }: Wanted,
): Named => {
  const now = clock.now()
  return {
    version,
    id: `_${randomUUID()}`,
    issuer: name,
    issuedAt: now,
    notBefore: now,
    notOnOrAfter: now + eightHours,
    audiences: [[audience]],
    nameId: { value: user.name },
    confirmation: bearer[version],
    claims: [...claimsFor({ tenant }, user), ...more],
    authentication: { at: now, method: methods[version] },
  }
}

/** The response around an assertion, in the form that K2's documents show. */
export const responseFor = ({ version, issuedAt, notOnOrAfter = issuedAt, audiences }: Assertion): TokenResponse => ({
  dialect: '2005/02',
  collection: false,
  lifetime: { created: issuedAt, expires: notOnOrAfter },
  appliesTo: audiences[0]?.[0] ?? '',
  tokenType: tokenTypes[version],
})
