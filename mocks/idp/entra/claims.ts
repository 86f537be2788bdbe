import { createHash, randomUUID } from 'node:crypto'
import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import { roleTemplates } from './administrator.ts'
import { assertedOf } from './asserted.ts'
import { administers, apiOf } from './directory.ts'
import { lifetimesOf } from './for-sharepoint.ts'
import { permissionsOf } from './scopes.ts'
import type { Entra, Lifetimes, Version } from './state.ts'

/** What a token endpoint has decided to grant. Without a user it is an app-only grant. */
export type Granted = {
  tenant: Tenant
  client: Client
  user: User | undefined
  /** URL or client id of the API. */
  resource: string
  scopes: readonly string[]
  nonce: string | undefined
}

/** Claims of a token; times are whole seconds. */
export type Claims = Record<string, unknown>

/** The one role that every app-only token of this mock carries. */
const appRoles = ['Sites.FullControl.All']

/** Who issues the tokens of a tenant: v1 the public name of the service, v2 the origin it was found at. */
export const issuerOf = ({ origin }: Pick<Entra, 'origin'>, tenant: Tenant['id'], version: Version): string =>
  version === 1 ? `https://sts.windows.net/${tenant}/` : `${origin}/${tenant}/v2.0`

/**
 * The claims of an access token.
 *
 * @see Entra documentation, access token claims reference
 */
export const accessClaims = (entra: Entra, version: Version, granted: Granted): Claims => {
  const { tenant, client, user, resource } = granted
  const audience = version === 1 ? resource : (apiOf(entra, { tenant }, resource)?.id ?? resource)
  const azp = version === 1 ? { appid: client.id, appidacr: '1' } : { azp: client.id, azpacr: '1' }
  return {
    ...timesOf(entra, version, tenant, lifetimesOf(entra, tenant, client)),
    aud: audience,
    ...azp,
    ...(user === undefined ? appClaims(granted) : userAccessClaims(version, granted, user)),
  }
}

/** The claims of an id token. */
export const idClaims = (entra: Entra, version: Version, { tenant, client, nonce }: Granted, user: User): Claims => ({
  ...timesOf(entra, version, tenant),
  aud: client.id,
  ...nameClaims(version, assertedOf(entra, user)),
  oid: user.objectId,
  sub: pairwise(user, client.id),
  wids: [...(administers(entra, user) ? [roleTemplates.administrator] : []), roleTemplates.member],
  ...(nonce !== undefined && { nonce }),
})

/** The object id of a client in a tenant: the same for the same pair, and no other. */
export const servicePrincipalOf = (tenant: Tenant, client: Client): string =>
  hashOf('service principal', tenant.id, client.id)
    .toString('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')

const timesOf = (
  { clock, origin, ...entra }: Entra,
  version: Version,
  { id }: Tenant,
  { access }: Pick<Lifetimes, 'access'> = entra.lifetimes,
): Claims => {
  const now = Math.floor(clock.now() / 1000)
  return {
    iss: issuerOf({ origin }, id, version),
    iat: now,
    nbf: now,
    exp: now + Math.floor(access / 1000),
    tid: id,
    ver: `${version}.0`,
    rh: `0.${randomUUID()}`,
    uti: randomUUID(),
  }
}

const appClaims = ({ tenant, client }: Granted): Claims => {
  const principal = servicePrincipalOf(tenant, client)
  return { idtyp: 'app', idp: `https://sts.windows.net/${tenant.id}/`, oid: principal, sub: principal, roles: appRoles }
}

const userAccessClaims = (version: Version, { resource, scopes }: Granted, user: User): Claims => ({
  ...nameClaims(version, user),
  idtyp: 'user',
  aio: randomUUID(),
  ...(version === 1 && { acr: '1', amr: ['pwd'], ipaddr: '127.0.0.1' }),
  oid: user.objectId,
  scp: permissionsOf(scopes),
  sub: pairwise(user, resource),
})

/** A guest goes by the address at home, has no UPN here, and is told to be from there. */
const nameClaims = (version: Version, { name, displayName, home }: User): Claims => {
  const [given = '', ...family] = displayName.split(' ')
  const upn = home === undefined ? { upn: name } : { email: name }
  const address = version === 1 ? { ...upn, unique_name: name } : { preferred_username: name }
  const from = home === undefined ? {} : { idp: `https://sts.windows.net/${home}/` }
  return { name: displayName, given_name: given, family_name: family.join(' '), ...address, ...from }
}

/** A user is another subject to every client and API. */
export const pairwise = ({ objectId }: User, to: string) => hashOf('subject', objectId, to).toString('base64url')

const hashOf = (...parts: readonly string[]) => createHash('sha256').update(parts.join('\u0000')).digest()
