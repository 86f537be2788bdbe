import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import type { Clock } from '../../../protocols/clock.ts'
import type { Expiring } from '../../expiring.ts'
import { expiring } from '../../expiring.ts'
import type { HostileModeId } from '../../hostile-modes.ts'

/** What the identity provider has been asked for while its own page is open. */
export type SignIn = {
  tenant: Tenant
  client: Client
  redirectUri: string
  resource: string
  state: string | undefined
}

/** A code that was issued: for whom, and for which request. */
export type Code = SignIn & { user: User }

/** The directories' side of a universe; codes and open pages live ten minutes. */
export type Entra = {
  /** Without a trailing slash. */
  origin: string
  clock: Clock
  keys: KeySet
  tenants: readonly Tenant[]
  clients: readonly Client[]
  users: readonly User[]
  /** The reply URL registered for every client: the broker's own callback. */
  replyUrl: string
  modes: Map<Tenant['id'], ReadonlySet<HostileModeId>>
  pages: Expiring<SignIn>
  codes: Expiring<Code>
}

const tenMinutes = 600_000

/** Opens the directories of these tenants. */
export const makeEntra = (world: Omit<Entra, 'modes' | 'pages' | 'codes'>): Entra => ({
  ...world,
  modes: new Map(),
  pages: expiring(world.clock, tenMinutes),
  codes: expiring(world.clock, tenMinutes),
})
