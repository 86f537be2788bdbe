import { randomUUID } from 'node:crypto'
import type { User } from '../../../fixtures/world/shapes.ts'
import type { Assertion, SamlVersion } from '../../../protocols/saml/assertion.ts'
import { bearer, tokenTypes } from '../../../protocols/saml/assertion.ts'
import { issue } from '../../../protocols/saml/issue.ts'
import type { TokenResponse } from '../../../protocols/ws-trust/response.ts'
import type { Element } from '../../../protocols/xml/element.ts'
import { immutableIdOf } from '../immutable-id.ts'
import { signerOf } from '../signer.ts'
import type { Adfs, Trusting } from './state.ts'
import { issuerOf, tokenLifetime } from './state.ts'

const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** What the tokens of a farm say, by claim type. */
export const claimTypes = {
  upn: 'http://schemas.xmlsoap.org/claims/UPN',
  immutableId: 'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID',
  name: `${soap}/name`,
  givenName: `${soap}/givenname`,
  surname: `${soap}/surname`,
} as const

const authentications = {
  '1.1': 'urn:oasis:names:tc:SAML:1.0:am:password',
  '2.0': 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
} as const

const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

/** For whom a token is, of which version, and since when its subject is known, in ms. */
export type Wanted = { party: Trusting; user: User; version: SamlVersion; since: number }

/** Issues a token, and says of it what a response does. */
export const issueToken = async (
  adfs: Adfs,
  wanted: Wanted,
): Promise<{ token: Element; about: Pick<TokenResponse, 'lifetime' | 'appliesTo' | 'tokenType'> }> => {
  const assertion = assertionFor(adfs, wanted)
  const { issuedAt, version } = assertion
  return {
    token: await issue(assertion, signerOf(adfs)),
    about: {
      lifetime: { created: issuedAt, expires: issuedAt + tokenLifetime },
      appliesTo: wanted.party.realm,
      tokenType: tokenTypes[version],
    },
  }
}

const assertionFor = (adfs: Adfs, { party, user, version, since }: Wanted): Assertion => {
  const now = adfs.clock.now()
  const [given = '', ...family] = user.displayName.split(' ')
  const values = {
    upn: user.name,
    immutableId: immutableIdOf(user),
    name: user.displayName,
    givenName: given,
    surname: family.join(' '),
  } satisfies Record<keyof typeof claimTypes, string>
  return {
    version,
    id: `_${randomUUID()}`,
    issuer: issuerOf(adfs),
    issuedAt: now,
    notBefore: now,
    notOnOrAfter: now + tokenLifetime,
    audiences: [[party.realm]],
    nameId:
      party.subject === 'upn'
        ? { value: values.upn, format: claimTypes.upn }
        : { value: values.immutableId, format: unspecified },
    confirmation: bearer[version],
    claims: Object.entries(values).map(([name, value]) => ({
      type: claimTypes[name as keyof typeof claimTypes],
      values: [value],
    })),
    authentication: { at: since, method: authentications[version] },
  }
}
