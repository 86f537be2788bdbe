import { SignJWT } from 'jose'
import { createHash } from 'node:crypto'
import { jwkWithThumbprint } from '../../../fixtures/world/keys.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { signerOf } from '../signer.ts'
import type { Claims, Granted } from './claims.ts'
import { accessClaims, idClaims } from './claims.ts'
import { misbehaves, toldTo } from './directory.ts'
import { forgedBy } from './key-tricks.ts'
import type { Entra, Version } from './state.ts'
import { similarNames, tenantsSaid } from './tenants-said.ts'

/** Signs an access token. */
export const mintAccess = (entra: Entra, version: Version, granted: Granted): Promise<string> =>
  sign(entra, version, {
    ...accessClaims(entra, version, granted),
    tid: toldTo(entra, granted.tenant.id, 'idp.names-tenant-in-access-token') ?? granted.tenant.id,
  })

/** Issues the id token of the token endpoint; that of v1 is unsigned where the switch says so. */
export const mintId = (entra: Entra, version: Version, granted: Granted, user: User): Promise<string> =>
  mintFor(entra, version, granted, user, {}, version === 1 && entra.idTokenV1 === 'unsigned')

/** What comes beside an id token, and whether a home provider proved who its user is. */
type Beside = { code: string | undefined; atHome: true | undefined }

/**
 * Issues the id token that travels by way of the browser; beside a code it is bound to that (OpenID Connect Core section
 * 3.3.2.11).
 */
export const mintInFront = (entra: Entra, version: Version, granted: Granted, user: User, { code, atHome }: Beside) =>
  mintFor(entra, version, granted, user, {
    ...(code !== undefined && {
      c_hash: createHash('sha256').update(code).digest().subarray(0, 16).toString('base64url'),
    }),
    ...(atHome && { amr: ['wia'], in_corp: 'true' }),
  })

const mintFor = async (
  entra: Entra,
  version: Version,
  granted: Granted,
  user: User,
  more: Claims,
  unsigned = false,
): Promise<string> => {
  const is = (mode: Parameters<typeof misbehaves>[2]) => misbehaves(entra, granted.tenant.id, mode)
  const { named, similar } = tenantsSaid(entra, granted.tenant, 'idp.names-another-tenant')
  const [issuer, trick] = [
    toldTo(entra, granted.tenant.id, 'idp.issues-as'),
    toldTo(entra, granted.tenant.id, 'idp.forges-id-token'),
  ]
  const claims = {
    ...idClaims(entra, version, granted, user),
    ...more,
    ...(is('idp.changes-nonce') && { nonce: `not-${granted.nonce ?? 'asked-for'}` }),
    ...(is('idp.mints-for-another-audience') && { aud: '11111111-1111-4111-a111-111111111111' }),
    ...(is('idp.names-another-issuer') && { iss: 'https://sts.windows.net/33333333-3333-4333-a333-333333333333/' }),
    ...(issuer !== undefined && { iss: issuer }),
    ...(is('idp.issues-expired-id-token') && timesBefore(entra, 2 * hour)),
    ...(is('idp.issues-early-id-token') && timesBefore(entra, -hour)),
    ...(similar !== undefined && Object.fromEntries(similarNames.members.map((name) => [name, similar]))),
    tid: toldTo(entra, granted.tenant.id, 'idp.names-tenant-in-id-token') ?? (named.length === 1 ? named[0] : named),
  }
  if (trick !== undefined) return forgedBy(trick, entra, granted.tenant, claims)
  if (unsigned || is('idp.omits-signature')) return withoutSignature(claims)
  return is('idp.signs-with-hs256') ? signWithPublicKey(entra, claims) : sign(entra, version, claims)
}

const sign = ({ keys }: Entra, version: Version, claims: Claims): Promise<string> => {
  const { x5t = '' } = jwkWithThumbprint(keys)
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', ...(version === 1 && { x5t }), kid: keys.kid })
    .sign(keys.privateKey)
}

/** Everybody has that key: a receiver that lets the token choose its algorithm takes what anybody signs. */
const signWithPublicKey = (entra: Entra, claims: Claims): Promise<string> => {
  const pem = publicKeyOf(signerOf(entra).certificate).export({ type: 'spki', format: 'pem' })
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', alg: 'HS256', kid: entra.keys.kid })
    .sign(new TextEncoder().encode(pem.toString()))
}

const hour = 3600

/** Times of a token that is issued so many seconds ago, or ahead where negative, and lives for an hour. */
const timesBefore = ({ clock }: Entra, seconds: number): Claims => {
  const issued = Math.floor(clock.now() / 1000) - seconds
  return { iat: issued, nbf: issued, exp: issued + hour }
}

const withoutSignature = (claims: Claims) =>
  `${[{ typ: 'JWT', alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
