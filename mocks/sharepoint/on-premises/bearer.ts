import type { Farm } from '../../../fixtures/world/farms.ts'
import { sidOf } from '../../../fixtures/world/farms.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { isSignedBy, thumbprintOf } from '../../../protocols/high-trust/certificate.ts'
import type { HighTrustToken, ReadJwt } from '../../../protocols/high-trust/token.ts'
import { readHighTrust, secondsOf, trustedProviderOf, windowsProvider } from '../../../protocols/high-trust/token.ts'
import { refusalOf } from '../../idp/entra/guard.ts'
import type { TokenRefusal } from '../refusal.ts'
import type { Caller } from '../state.ts'
import type { OnPremises, TrustedIssuer } from './state.ts'

type Asked = HighTrustToken & {
  onPremises: OnPremises
  farm: Farm
  /** What says who calls: the outer token, or the actor token where the app calls alone. */
  all: readonly ReadJwt[]
  /** Whose certificate the header names. */
  issuer: TrustedIssuer | undefined
  user: User | undefined
}
type Rule = TokenRefusal & { unless: (asked: Asked) => boolean }

const issuer = 'Invalid issuer or signature.'
const audience = "Exception of type 'Microsoft.IdentityModel.Tokens.AudienceUriValidationFailedException' was thrown."
const algorithm = 'The token does not contain valid algorithm in header.'
const kind = 'Token type is not allowed.'

/** In order. Numbers and texts are those of SharePoint Online, as far as they are on record. */
// oxfmt-ignore
const rules: readonly Rule[] = [
  { says: kind, error: 'invalid_request', unless: ({ all }) => all.every(({ claims }) => claims['ver'] !== 'hashedprooftoken') },
  { code: 3005004, reason: algorithm, error: 'invalid_client', says: algorithm, unless: ({ outer }) => outer === undefined || (outer.header['alg'] === 'none' && outer.text.endsWith('.')) },
  { code: 3005004, reason: algorithm, error: 'invalid_client', says: algorithm, unless: ({ actor }) => actor.header['alg'] === 'RS256' },
  { says: kind, error: 'invalid_request', unless: ({ actor }) => actor.claims['actortoken'] === undefined },
  { says: 'Invalid JWT token. No certificate thumbprint specified in token header.', unless: ({ actor }) => typeof actor.header['x5t'] === 'string' },
  { says: issuer, unless: (asked) => asked.issuer !== undefined },
  { code: 3000006, reason: 'Token contains invalid signature.', says: issuer, unless: (asked) => asked.issuer !== undefined && isSignedBy(asked.actor, asked.issuer.certificate) },
  { says: issuer, unless: ({ actor, farm, ...asked }) => actor.claims['iss'] === principalOf(asked.issuer?.id ?? '', farm.realm) },
  { code: 3000003, reason: 'Invalid audience Uri.', says: audience, unless: ({ onPremises, farm, all }) => all.every(({ claims }) => claims['aud'] === sharePointResourceOf(onPremises.origin, farm.realm)) },
  { reason: 'The token has expired.', error: 'invalid_client', says: 'The token has expired.', unless: ({ onPremises, all }) => all.every((one) => isCurrent(one, onPremises)) },
  { says: issuer, unless: ({ farm, actor, ...asked }) => actor.claims['nameid'] === principalOf(farm.app.id, farm.realm) && (asked.issuer?.broker === true || asked.issuer?.id === farm.app.id) },
  { says: issuer, unless: ({ actor, outer }) => outer === undefined || outer.claims['iss'] === actor.claims['nameid'] },
  { says: kind, error: 'invalid_request', unless: ({ actor, outer }) => outer === undefined || String(actor.claims['trustedfordelegation']) === 'true' },
  { says: 'The user is not known.', unless: ({ outer, user }) => outer === undefined || user !== undefined },
]

/**
 * Who calls a farm with a token of high trust, or why it is refused. An app that calls alone sends its actor token as it is, and may
 * say that it is trusted for delegation, as clients do.
 *
 * @see PROTOCOLS: high trust (S2S), on-premises
 */
export const callerOf = (onPremises: OnPremises, farm: Farm, token: string): Caller | TokenRefusal => {
  const read = readHighTrust(token)
  if (read === undefined) return { says: 'Unsupported security token.' }
  const { actor, outer } = read
  const trusted = onPremises.trusted.get(farm.realm) ?? []
  const user = outer && userIn(onPremises, farm, outer)
  const broken = refusalOf(rules, {
    ...read,
    onPremises,
    farm,
    all: outer ? [outer, actor] : [actor],
    issuer: trusted.find(({ certificate }) => thumbprintOf(certificate) === actor.header['x5t']),
    user,
  })
  return broken ?? { app: farm.app, ...(user && { user }) }
}

/** From `nbf` on, and no longer at `exp`, which there must be. */
const isCurrent = ({ claims: { nbf, exp } }: ReadJwt, { clock, skew }: OnPremises): boolean => {
  const now = clock.now() / 1000
  const [from, until] = [nbf === undefined ? Number.NEGATIVE_INFINITY : secondsOf(nbf), secondsOf(exp)]
  return from !== undefined && until !== undefined && from <= now + skew && now < until + skew
}

/** The user whom a token names, by the name that its provider has for users. */
const userIn = ({ users, provider }: OnPremises, { realm }: Farm, { claims: { nii, nameid } }: ReadJwt) => {
  const naming: Record<string, (user: User) => string> = {
    [windowsProvider]: sidOf,
    [trustedProviderOf(provider.name.toLowerCase())]: ({ name }) => name,
  }
  const nameOf = naming[String(nii).toLowerCase()]
  return users.find((user) => user.tenant === realm && nameOf?.(user).toLowerCase() === String(nameid).toLowerCase())
}
