import type { Provision } from '../../fixtures/world/provision.ts'
import type { World } from '../../fixtures/world/world.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { ClockDriver, UniverseClock } from '../clock/universe-clock.ts'
import type { OwnInside } from '../control/inside.ts'
import type { Dialect, Endpoints } from '../dialects/dialect.ts'
import type { LauncherAddress } from '../launch/launcher.ts'
import type { KeyRotation } from '../keys/rotation.ts'
import type { Target } from '../target/target.ts'

/** The two forms of a wire. */
export type Transport = 'direct' | 'https'

/** What an attachment needs to put a target between the mocks. */
export type Ground = {
  target: Target
  dialect: Dialect
  world: World
  clock: UniverseClock
  transport: Transport
  launcher: LauncherAddress | undefined
  /** The identity provider of these endpoints. */
  idp(at: Endpoints): Wire
  provision(at: Endpoints): Provision
}

/** A target in place: where it is, the browser's wire to everybody, and how to leave. */
export type Site = {
  at: Endpoints
  wire: Wire
  /** The same wire by way of each node of the target, where there are several behind its name. */
  nodes: readonly Wire[]
  /** The target's own ports, spoken to without TLS; absent where the ports are not its own. */
  plain?: Wire
  clock?: ClockDriver
  rotateKey?: KeyRotation
  /** What can be seen and done inside the target. */
  inside?: OwnInside
  close(): Promise<void>
}

/** Marks what a browser sends to a mock, where requests of the target arrive on the same socket. */
export const browserMark = 'x-brokerspec-browser'
