import { SignJWT } from 'jose'
import { createHash, randomUUID } from 'node:crypto'
import { jwkWithThumbprint } from '../../../fixtures/world/keys.ts'
import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import { acsIssuerOf, principalOf, sharePointId } from '../../../protocols/acs/names.ts'
import type { Claims } from '../../idp/entra/claims.ts'
import { servicePrincipalOf } from '../../idp/entra/claims.ts'
import { issueRefreshToken } from './renew.ts'
import type { Acs } from './state.ts'
import { lifetimesIn } from './state.ts'

/** What is granted; without a user it is an app-only grant. `resource` is the audience. */
export type Granted = { tenant: Tenant; client: Client; user: User | undefined; resource: string }

const microsoftOnline = 'urn:federation:microsoftonline'

/** The name of a user in tokens: the passport id, sixteen hexadecimal digits, the same for the same user. */
export const nameIdOf = ({ objectId }: User): string =>
  `1003${createHash('sha256').update(objectId).digest('hex').slice(0, 12)}`

/** Signs an access token for SharePoint, under the thumbprint of the certificate. */
export const mintAccess = (acs: Acs, granted: Granted): Promise<string> => {
  const { privateKey } = acs.keys
  const { x5t = '' } = jwkWithThumbprint(acs.keys)
  return new SignJWT(accessClaims(acs, granted)).setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t }).sign(privateKey)
}

/** No two tokens are alike (RFC 7519 section 4.1.7), so that a renewed one is known for one. */
const accessClaims = (acs: Acs, { tenant, client, user, resource }: Granted): Claims => {
  const [issuer, app] = [acsIssuerOf(tenant.id), principalOf(client.id, tenant.id)]
  const about = { aud: resource, iss: issuer, ...timesOf(acs, lifetimesIn(acs, tenant).access), jti: randomUUID() }
  if (user) return { ...about, nameid: nameIdOf(user), actor: app, identityprovider: microsoftOnline }
  const principal = servicePrincipalOf(tenant, client)
  return { ...about, nameid: app, sub: principal, oid: principal, trustedfordelegation: 'false', identityprovider: issuer } // prettier-ignore
}

/**
 * Signs a context token, which SharePoint posts to an app that a user opens: with the client's own secret. `appHost` is
 * where the app is.
 *
 * @see SharePoint documentation, handling security tokens in low-trust add-ins
 */
export const mintContext = (acs: Acs, client: Client, user: User, appHost: string): Promise<string> => {
  const { origin } = acs.entra
  const issuer = acsIssuerOf(client.tenant)
  const times = timesOf(acs, lifetimesIn(acs, { id: client.tenant }).context)
  const known = [nameIdOf(user), microsoftOnline, client.id, client.tenant]
  const claims: Claims = {
    aud: principalOf(`${client.id}/${appHost}`, client.tenant),
    iss: issuer,
    ...(acs.contextTimes === 'numbers' ? times : { nbf: String(times.nbf), exp: String(times.exp) }),
    appctxsender: principalOf(sharePointId, client.tenant),
    appctx: JSON.stringify({
      CacheKey: createHash('sha256').update(known.join()).digest('base64'),
      SecurityTokenServiceUri: `${origin}/tokens/OAuth/2`,
    }),
    refreshtoken: issueRefreshToken(acs, { client, user }),
    isbrowserhostedapp: 'true',
  }
  return new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'HS256' }).sign(Buffer.from(client.secret, 'base64'))
}

/** Whole seconds; a token is valid from now on. */
const timesOf = ({ entra }: Acs, lifetime: number): { nbf: number; exp: number } => {
  const now = Math.floor(entra.clock.now() / 1000)
  return { nbf: now, exp: now + Math.floor(lifetime / 1000) }
}
