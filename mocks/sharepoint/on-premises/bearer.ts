import type { Farm } from '../../../fixtures/world/farms.ts'
import { sidOf } from '../../../fixtures/world/farms.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { isSignedBy, thumbprintOf } from '../../../protocols/high-trust/certificate.ts'
import type { HighTrustToken, ReadJwt } from '../../../protocols/high-trust/token.ts'
import { readHighTrust, secondsOf, trustedProviderOf, windowsProvider } from '../../../protocols/high-trust/token.ts'
import { refusalOf } from '../../idp/entra/guard.ts'
import type { TokenRefusal, TokenRule } from '../refusal.ts'
import { wrong } from '../refusal.ts'
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

/** In order. */
// oxfmt-ignore
const rules: readonly TokenRule<Asked>[] = [
  { ...wrong.type, unless: ({ all }) => all.every(({ claims }) => claims['ver'] !== 'hashedprooftoken') },
  { ...wrong.algorithm, unless: ({ outer }) => outer === undefined || (outer.header['alg'] === 'none' && outer.text.endsWith('.')) },
  { ...wrong.algorithm, unless: ({ actor }) => actor.header['alg'] === 'RS256' },
  { ...wrong.type, unless: ({ actor }) => actor.claims['actortoken'] === undefined },
  { ...wrong.thumbprint, unless: ({ actor }) => typeof actor.header['x5t'] === 'string' },
  { ...wrong.issuer, unless: (asked) => asked.issuer !== undefined },
  { ...wrong.signature, unless: (asked) => asked.issuer !== undefined && isSignedBy(asked.actor, asked.issuer.certificate) },
  { ...wrong.issuer, unless: ({ actor, farm, ...asked }) => actor.claims['iss'] === principalOf(asked.issuer?.id ?? '', farm.realm) },
  { ...wrong.audience, unless: ({ onPremises, farm, all }) => all.every(({ claims }) => claims['aud'] === sharePointResourceOf(onPremises.origin, farm.realm)) },
  { ...wrong.time, unless: ({ onPremises, all }) => all.every((one) => isCurrent(one, onPremises)) },
  { ...wrong.issuer, unless: ({ farm, actor, ...asked }) => actor.claims['nameid'] === principalOf(farm.app.id, farm.realm) && (asked.issuer?.broker === true || asked.issuer?.id === farm.app.id) },
  { ...wrong.issuer, unless: ({ actor, outer }) => outer === undefined || outer.claims['iss'] === actor.claims['nameid'] },
  { ...wrong.type, unless: ({ actor, outer }) => outer === undefined || String(actor.claims['trustedfordelegation']) === 'true' },
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
  if (read === undefined) return wrong.text
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
