import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import type { HostileModeId, ToldModeId } from '../../hostile-modes.ts'
import type { Entra } from './state.ts'

/** What the first segment of a path names: one tenant, or any that its users are from. */
export type Directory = { is: 'tenant'; tenant: Tenant } | { is: 'any'; name: string; tenant?: undefined }

/** Microsoft Graph, which is meant where only OpenID Connect scopes are asked for. */
export const graph = '00000003-0000-0000-c000-000000000000'

/** The directory of a path segment: the id or the domain of a tenant, `common` or `organizations`. */
export const directoryOf = ({ tenants }: Entra, name: unknown): Directory | undefined => {
  if (name === 'common' || name === 'organizations') return { is: 'any', name }
  const tenant = tenants.find(({ id, domain }) => id === name || domain === name)
  return tenant && { is: 'tenant', tenant }
}

/** Whether a client exists in a directory: it is of that tenant, or of every one. */
export const isKnownIn = (entra: Entra, { tenant }: { tenant?: Tenant | undefined }, client: Client): boolean => {
  if (client.id === entra.application.id && misbehaves(entra, tenant?.id, 'idp.lacks-application')) return false
  return tenant === undefined || client.tenant === tenant.id || entra.multiTenant.has(client.id)
}

/** The one reply URL that is registered for a client. */
export const replyUrlOf = ({ application, replyUrl }: Entra, client: Client): string =>
  client.id === application.id ? application.reply : replyUrl

/** Whether a browser may be sent to a URL after signing out: byte for byte one that is registered. */
export const isRegistered = ({ application, replyUrl, logoutUrls }: Entra, url: string): boolean =>
  url === replyUrl || url === application.reply || logoutUrls.has(url)

/** The client that offers an API, by its URL or its client id. */
export const apiOf = (entra: Entra, directory: { tenant?: Tenant | undefined }, resource: string): Client | undefined =>
  entra.clients.find(
    (one) =>
      (one.resource === resource || one.id === resource || `api://${one.id}` === resource) &&
      isKnownIn(entra, directory, one),
  )

/** Whether there is an API of this name in a directory. */
export const isResource = (entra: Entra, directory: { tenant?: Tenant | undefined }, resource: string): boolean =>
  resource === graph || apiOf(entra, directory, resource) !== undefined

/** The tenant a user is from. */
export const tenantOf = ({ tenants }: Entra, user: User): Tenant => {
  const tenant = tenants.find(({ id }) => id === user.tenant)
  if (tenant === undefined) throw new TypeError(`the tenant of ${user.name} is not in this world`)
  return tenant
}

/** Whether a tenant has been set to misbehave in this way. */
export const misbehaves = ({ modes }: Entra, tenant: Tenant['id'] | undefined, mode: HostileModeId): boolean =>
  tenant !== undefined && (modes.get(tenant)?.has(mode) ?? false)

/** What a tenant was told with this mode; `undefined`: it was not set to it. */
export const toldTo = ({ modes }: Entra, tenant: Tenant['id'], mode: ToldModeId): string | undefined =>
  [...(modes.get(tenant) ?? [])].find((one) => one.startsWith(`${mode}:`))?.slice(mode.length + 1)

/** Sets how a tenant misbehaves; what its users have consented to is forgotten. */
export const setModes = (
  { modes, consents, application }: Entra,
  tenant: Tenant['id'],
  set: readonly HostileModeId[],
) => {
  modes.set(tenant, new Set(set))
  consents.delete(`${tenant} ${application.id}`)
}

/** Whether a user administers their tenant: the first of those who are at home there does, unless another has been made to. */
export const administers = (
  { users, administrators }: Pick<Entra, 'users' | 'administrators'>,
  { objectId, tenant }: User,
): boolean =>
  (administrators.get(tenant) ?? users.find((one) => one.tenant === tenant && one.home === undefined)?.objectId) ===
  objectId

/** Whether users of a tenant still have to consent to a client. */
export const lacksConsent = (entra: Entra, tenant: Tenant, client: Client): boolean =>
  applicationMeets(entra, tenant, client, 'idp.awaits-consent') ||
  (applicationMeets(entra, tenant, client, 'idp.awaits-administrator') &&
    !entra.consents.has(`${tenant.id} ${client.id}`)) ||
  ((entra.asksConsent.has(tenant.id) || entra.asksConsent.has(client.id) || consentsInCommon(entra, tenant, client)) &&
    !entra.consents.has(`${tenant.id} ${client.id}`))

/** Whether a client is an app of SharePoint, of which an administrator decides for all users of a tenant. */
export const consentsInCommon = (entra: Entra, tenant: Tenant, { sharePoint }: Client): boolean =>
  sharePoint === true && misbehaves(entra, tenant.id, 'sharepoint.awaits-administrator')

/** Whether a client is the broker's application, and a tenant misbehaves towards it. */
export const applicationMeets = (entra: Entra, tenant: Tenant, client: Client, mode: HostileModeId): boolean =>
  client.id === entra.application.id && misbehaves(entra, tenant.id, mode)
