import type { Client, Tenant } from '../../../fixtures/world/shapes.ts'
import { lifetimesFor } from '../../sts/lifetimes.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { misbehaves } from './directory.ts'
import type { Entra, Lifetimes } from './state.ts'

/** How long things live that are sold to a client: as its tenant was told, where they are for SharePoint Online. */
export const lifetimesOf = (entra: Entra, tenant: Tenant, { sharePoint }: Client): Lifetimes =>
  sharePoint ? lifetimesFor(entra, tenant, entra.lifetimes) : entra.lifetimes

/** Whether the token service misbehaves towards a client in this way, which only those for SharePoint Online meet. */
export const stsMisbehaves = (
  entra: Entra,
  tenant: Tenant | undefined,
  client: Client | undefined,
  mode: HostileModeId & `sts.${string}`,
): boolean => client?.sharePoint === true && misbehaves(entra, tenant?.id, mode)
