import type { Assertion, Claim, NameId } from '../../protocols/saml/assertion.ts'

const identity = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const microsoft = 'http://schemas.microsoft.com/identity/claims'

/** The claim that holds the tenant of a user. */
export const tenantClaim = `${microsoft}/tenantid`

/**
 * The declared mapping: these claims of an upstream assertion are carried over under the same type, and no others. `from` names the claims of
 * an id token that stand for them, the first that is there.
 */
export const carriedClaims: readonly { type: string; from: readonly string[] }[] = [
  { type: `${identity}/name`, from: ['unique_name', 'upn', 'preferred_username'] },
  { type: `${identity}/upn`, from: ['upn'] },
  { type: `${identity}/givenname`, from: ['given_name'] },
  { type: `${identity}/surname`, from: ['family_name'] },
  { type: `${identity}/emailaddress`, from: ['email'] },
  { type: `${microsoft}/displayname`, from: ['name'] },
  { type: `${microsoft}/objectidentifier`, from: ['oid'] },
  { type: tenantClaim, from: ['tid'] },
]

/** What the identity provider has said of a user, in one form whichever way it was said. */
export type Proved = {
  /** What tells this token from every other of its issuer. */
  id: string
  issuer: string
  nameId?: NameId
  claims: readonly Claim[]
  /** When the user proved who they are, and how if it was told. In ms since 1970-01-01T00:00:00Z. */
  at?: number
}

/** What an assertion proves. */
export const provedByAssertion = ({ id, issuer, nameId, claims, authentication }: Assertion): Proved => ({
  id,
  issuer,
  claims,
  ...(nameId && { nameId }),
  ...(authentication && { at: authentication.at }),
})

/** What the payload of an id token proves, in the terms of an assertion. */
export const provedByIdToken = (payload: Readonly<Record<string, unknown>>): Proved => {
  const text = (name: string) => (typeof payload[name] === 'string' ? payload[name] : undefined)
  const [sub, signedIn] = [text('sub'), payload['auth_time']]
  return {
    id: text('uti') ?? text('jti') ?? text('nonce') ?? '',
    issuer: text('iss') ?? '',
    ...(sub !== undefined && { nameId: { value: sub } }),
    ...(typeof signedIn === 'number' && { at: signedIn * 1000 }),
    claims: carriedClaims.flatMap(({ type, from }) => {
      const value = from.map(text).find((one) => one !== undefined)
      return value === undefined ? [] : [{ type, values: [value] }]
    }),
  }
}

/** The claims that a party is told. */
export const carriedFrom = (claims: readonly Claim[]): Claim[] =>
  claims.filter(({ type, values }) => values.length > 0 && carriedClaims.some((known) => known.type === type))

/** The tenant that a token names. A second value, or a second claim of the type, makes it none. */
export const tenantNamedIn = (claims: readonly Claim[]): string | undefined => {
  const [first, ...more] = claims.filter(({ type }) => type === tenantClaim).flatMap(({ values }) => values)
  return more.length > 0 ? undefined : first
}
