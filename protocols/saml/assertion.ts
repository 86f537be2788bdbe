/** What an assertion says of its subject under one name. */
export type Claim = {
  /** The claim type, usually a URI. In SAML 1.1 it travels as a namespace and a name, divided at the last slash. */
  type: string
  values: readonly string[]
}

/** The subject's name, as the issuer calls it. */
export type NameId = { value: string; format?: string }

/** What a SAML 2.0 bearer is held to beyond the conditions; WS-Federation tokens carry at most `notOnOrAfter`. */
export type ConfirmationData = {
  notBefore?: number
  notOnOrAfter?: number
  recipient?: string
  inResponseTo?: string
  address?: string
}

export type SamlVersion = '1.1' | '2.0'

/**
 * What an assertion says, in either version. Moments are milliseconds since 1970-01-01T00:00:00Z.
 *
 * @see SAML Core 1.1 section 2; SAML Core 2.0 section 2
 */
export type Assertion = {
  version: SamlVersion
  id: string
  issuer: string
  issuedAt: number
  notBefore?: number
  notOnOrAfter?: number
  /** Restrictions, of which each must be met by one of its audiences. */
  audiences: readonly (readonly string[])[]
  /** Absent where the issuer names the subject by claims alone. */
  nameId?: NameId
  /** URI of the confirmation method. */
  confirmation?: string
  confirmationData?: ConfirmationData
  claims: readonly Claim[]
  /** When and how the subject proved who it is; `method` is a URI. */
  authentication?: { at: number; method: string; sessionIndex?: string }
  /** Further conditions by their names, such as `OneTimeUse`. */
  otherConditions?: readonly string[]
}

/** The confirmation method of tokens that whoever holds them may use. */
export const bearer = {
  '1.1': 'urn:oasis:names:tc:SAML:1.0:cm:bearer',
  '2.0': 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
} as const

/** The WS-Trust token type of each version. */
export const tokenTypes = {
  '1.1': 'urn:oasis:names:tc:SAML:1.0:assertion',
  '2.0': 'urn:oasis:names:tc:SAML:2.0:assertion',
} as const

/** An assertion that cannot be written: a claim type without slash in SAML 1.1, say. */
export class NotAnAssertion extends Error {
  override name = 'NotAnAssertion'
}
