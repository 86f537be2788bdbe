import type { World } from '../../fixtures/world/world.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { ClockDriver, UniverseClock } from '../clock/universe-clock.ts'
import type { RegistrationWay } from '../control/registration.ts'
import type { OwnInside } from '../control/inside.ts'
import type { LauncherAddress } from '../launch/launcher.ts'
import type { KeyRotation, MetadataRefresh } from '../control/asked.ts'
import type { MockActor } from '../record/exchange.ts'
import type { WebCertificate } from '../wire/presented.ts'
import { mockActors } from '../record/exchange.ts'
import type { AlreadyRunning, Target } from '../target/target.ts'

/** The two forms of a wire. */
export type Transport = 'direct' | 'https'

/** The origins of a run, without trailing slash: of the target, its further ones, and of each mock. */
export type Place = { target: string; also?: readonly string[]; mocks: Readonly<Partial<Record<MockActor, string>>> }

/** Where a target that is running and its mocks are, by its target file. */
export const placeOf = ({ origins, mocks }: AlreadyRunning): Place => {
  const { listen: _, ...places } = mocks
  return {
    target: new URL(origins.party).origin,
    also: (origins.also ?? []).map((one) => new URL(one).origin),
    mocks: places,
  }
}

/** What an attachment needs to put a target between the mocks. */
export type Ground = {
  target: Target
  world: World
  clock: UniverseClock
  transport: Transport
  launcher: LauncherAddress | undefined
  /** The names of target and mocks on the direct wire. */
  hosts: { target: string } & Partial<Record<MockActor, string>>
  /** The mocks of a place, each to be served at its origin. */
  mocks(place: Place): Partial<Record<MockActor, Wire>>
  provision(place: Place): object
}

/** A target in place: where it is, the browser's wire to everybody, and how to leave. */
export type Site = {
  at: Place
  wire: Wire
  /** The same wire by way of each node of the target, where there are several behind its name. */
  nodes: readonly Wire[]
  /** The target's own ports, spoken to without TLS; absent where the ports are not its own. */
  plain?: Wire
  clock?: ClockDriver
  rotateKey?: KeyRotation
  refreshMetadata?: MetadataRefresh
  registration?: RegistrationWay
  /** What the target presents to whoever reaches it by TLS; absent where the harness does that for it. */
  webCertificate?: WebCertificate
  /** Opens one more installation of the target, among mocks that answer nothing. */
  another?: () => Promise<Site>
  /** What can be seen and done inside the target. */
  inside?: OwnInside
  close(): Promise<void>
}

/** Marks what a browser sends to a mock, where requests of the target arrive on the same socket. */
export const browserMark = 'x-brokerspec-browser'

/** Whom the mocks of a role play. */
export const mocksOf = (hosts: Ground['hosts']): MockActor[] => mockActors.filter((actor) => actor in hosts)
