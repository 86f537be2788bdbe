/** A part of a JWT, read and not verified. */
type Said = Readonly<Record<string, unknown>>

/** A JWT as it stands: its header, its claims, and the text of all three parts. */
export type ReadJwt = { header: Said; claims: Said; text: string }

/**
 * A token of a high-trust call, read and not verified: the actor token, which the app signs about itself, and around it what it says
 * of the user. Without the latter the app calls alone.
 *
 * @see SharePoint documentation, create and use access tokens in provider-hosted high-trust add-ins
 */
export type HighTrustToken = { actor: ReadJwt; outer?: ReadJwt }

/** Where the tokens of SharePoint's own directory name a user by the Windows SID. */
export const windowsProvider = 'urn:office:idp:activedirectory'

/** How a trusted provider of SAML tokens is named; its users go by their identity claim. */
export const trustedProviderOf = (name: string): string => `trusted:${name}`

/** Reads the bearer token of a call; `undefined` for what is no JWT. */
export const readHighTrust = (token: string): HighTrustToken | undefined => {
  const whole = readJwt(token)
  if (whole === undefined) return undefined
  const within = whole.claims['actortoken']
  if (within === undefined) return { actor: whole }
  const actor = typeof within === 'string' ? readJwt(within) : undefined
  return actor && { actor, outer: whole }
}

const readJwt = (text: string): ReadJwt | undefined => {
  const parts = text.split('.')
  const [header, claims] = parts.slice(0, 2).map((part) => objectIn(part))
  return parts.length === 3 && header && claims ? { header, claims, text } : undefined
}

const objectIn = (part: string): Said | undefined => {
  if (!/^[\w-]+$/.test(part)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Seconds since 1970, which tokens of high trust say as a number or as a string of digits. */
export const secondsOf = (said: unknown): number | undefined => {
  const digits = typeof said === 'string' && /^\d{1,12}$/.test(said) ? Number(said) : said
  return typeof digits === 'number' && Number.isFinite(digits) ? digits : undefined
}
