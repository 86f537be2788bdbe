/** A claim type that a role offers or asks for. */
export type ClaimType = { type: string; displayName?: string; description?: string; optional?: boolean }

/** What both roles publish. */
type Role = {
  displayName?: string
  /** Base64 of DER. Several signing certificates announce a rollover: each of them counts. */
  certificates: readonly string[]
  /** Where browsers bring WS-Federation messages. */
  passiveEndpoints: readonly string[]
}

/** Who issues tokens. WIF wants at least one endpoint of either kind. */
export type SecurityTokenService = Role & {
  endpoints: readonly string[]
  tokenTypes: readonly string[]
  claimTypes: readonly ClaimType[]
}

/** Who consumes tokens: a relying party, or a broker towards its identity provider. */
export type ApplicationService = Role & {
  endpoints: readonly string[]
  /** The realms that tokens may be for. */
  scopes: readonly string[]
  claimTypes: readonly ClaimType[]
}

/**
 * A federation metadata document.
 *
 * @see WS-Federation 1.2 section 3; SAML Metadata 2.0 section 2.3.2
 */
export type Metadata = {
  /** XML id that the signature refers to. */
  id?: string
  /** The issuer of tokens and the realm of applications. */
  entityId: string
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  validUntil?: number
  securityTokenService?: SecurityTokenService
  applicationService?: ApplicationService
}
