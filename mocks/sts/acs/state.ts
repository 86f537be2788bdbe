import type { KeySet } from '../../../fixtures/world/keys.ts'
import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import { sharePointResourceOf } from '../../../protocols/acs/names.ts'
import type { Expiring } from '../../expiring.ts'
import { expiring } from '../../expiring.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { misbehaves } from '../../idp/entra/directory.ts'
import type { Entra } from '../../idp/entra/state.ts'
import type { Lifetimes as Sold } from '../lifetimes.ts'
import { documented, lifetimeProfiles, lifetimesFor } from '../lifetimes.ts'

/** An authorization code that SharePoint gave a user: it stays known after it is spent or has expired. */
export type Code = { client: Client; user: User; redirectUri: string; /** ms */ expiresAt: number; spent: boolean }

/** A refresh token that was issued. Times are ms; `generation` is that of the user when the grant was made. */
export type RefreshToken = {
  client: Client
  user: User
  grantedAt: number
  issuedAt: number
  generation: number
  spent: boolean
}

/** How long things live, in ms. */
export type Lifetimes = Sold & { code: number; context: number }

/** What a universe may change about the service; each has a default. */
export type Switches = {
  /** Default: {@link documentedLifetimes}. */
  lifetimes: Lifetimes
  /** Whose numbers stand in errors: those of ACS, or those of Entra ID, which took it over. Default: those of ACS. */
  errorNumbers: 'acs' | 'aadsts'
  /** How context tokens write their times; the documented strings are refused by JWT libraries. Default: as numbers. */
  contextTimes: 'numbers' | 'strings'
}

/** Azure ACS, as SharePoint uses it: a token service beside the directories, whose tenants are its realms. */
export type Acs = Switches & {
  /** Who knows tenants and users, and signs them in. */
  entra: Entra
  keys: KeySet
  /** The clients that are registered with SharePoint. */
  clients: readonly Client[]
  codes: Expiring<Code>
  refreshTokens: Expiring<RefreshToken>
}

const minute = 60_000
const hour = 60 * minute

/** What the documents say, and of codes and context tokens those of SharePoint. */
const documentedLifetimes: Lifetimes = { ...documented, code: 5 * minute, context: 12 * hour }

/** What SharePoint's own documents said in the time of its add-ins. */
export const addInLifetimes: Lifetimes = { ...documentedLifetimes, ...lifetimeProfiles['add-in'] }

/** How long things live in a realm: as the tenant was told, or else as the service was opened. */
export const lifetimesIn = ({ entra, lifetimes }: Acs, realm: Pick<Tenant, 'id'>): Lifetimes =>
  lifetimesFor(entra, realm, lifetimes)

/** Opens the service. */
export const makeAcs = (given: Pick<Acs, 'entra' | 'keys' | 'clients'> & Partial<Switches>): Acs => ({
  lifetimes: documentedLifetimes,
  errorNumbers: 'acs',
  contextTimes: 'numbers',
  ...given,
  codes: expiring(given.entra.clock, Infinity),
  refreshTokens: expiring(given.entra.clock, Infinity),
})

/** The tenant of a realm: by its id alone. */
export const tenantOfRealm = ({ entra }: Acs, realm: unknown): Tenant | undefined =>
  entra.tenants.find(({ id }) => id === realm)

/** What may be asked for in a realm: each SharePoint that a client of the realm is for. */
export const resourcesIn = ({ clients }: Acs, { id }: Tenant): string[] =>
  clients.flatMap(({ tenant, resource }) => (tenant === id ? [sharePointResourceOf(resource, id)] : []))

/** Whether the service misbehaves in this way towards a realm. */
export const acsMisbehaves = ({ entra }: Acs, tenant: Tenant | undefined, mode: HostileModeId): boolean =>
  misbehaves(entra, tenant?.id, mode)
