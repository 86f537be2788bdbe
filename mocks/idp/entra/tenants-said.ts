import type { Tenant } from '../../../fixtures/world/shapes.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { misbehaves } from './directory.ts'
import type { Entra } from './state.ts'

/** Names that are almost the one that counts: claim types, and members of an id token. */
export const similarNames = {
  types: [
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/tenantid',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/tenantid',
    'http://schemas.microsoft.com/identity/claims/tenantid/home',
  ],
  members: ['tenantid', 'tenant_id', 'tenant'],
} as const

/** What a tenant's tokens say of the tenant: under the right name, once unless it is hostile, and under similar ones. */
export type Said = { named: [Tenant['id'], ...Tenant['id'][]]; similar: Tenant['id'] | undefined }

/** `lies` is the mode in which another tenant stands in the place of the right one; similar names always say the contrary. */
export const tenantsSaid = (entra: Entra, tenant: Tenant, lies: HostileModeId): Said => {
  const is = (mode: HostileModeId) => misbehaves(entra, tenant.id, mode)
  const other = otherThan(entra, tenant)
  const named = is(lies) ? other : tenant.id
  return {
    named: is('idp.adds-tenant-before') ? [other, named] : is('idp.adds-tenant-after') ? [named, other] : [named],
    similar: is('idp.adds-similar-tenant-claims') ? (named === other ? tenant.id : other) : undefined,
  }
}

/** The nearest tenant that is hostile too, which is one of the same check; or one that nobody knows. */
const otherThan = ({ tenants, modes }: Entra, { id }: Tenant): Tenant['id'] => {
  const at = tenants.findIndex((tenant) => tenant.id === id)
  const near = [...tenants.slice(at + 1), ...tenants.slice(0, at).toReversed()]
  const other = near.find((tenant) => tenant.id !== id && (modes.get(tenant.id)?.size ?? 0) > 0)
  return other?.id ?? '22222222-2222-4222-a222-222222222222'
}
