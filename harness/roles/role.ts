import type { Capability } from '../../fixtures/clauses/clause.ts'
import type { CheckId, Kinds, Slice } from '../../fixtures/world/shapes.ts'
import type { World } from '../../fixtures/world/world.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { Place, Site } from '../attach/site.ts'
import type { UniverseClock } from '../clock/universe-clock.ts'
import type { Check } from '../judge/check.ts'
import type { Room } from '../judge/judge.ts'
import type { MockActor } from '../record/exchange.ts'
import type { Transcript } from '../record/transcript.ts'
import type { Target } from '../target/target.ts'
import type { BrokerDeclared, BrokerHands, BrokerRoom } from './broker.ts'
import type { PartyDeclared, PartyHands, PartyRoom } from './relying-party.ts'
import type { CacheDeclared, CacheHands, CacheRoom } from './token-cache.ts'

/**
 * What differs by the role of a target: `hands` is what its checks act with beside what every check has, `declared` what a check may
 * look into to find that it makes no sense, `room` what a universe holds for both.
 */
export type Roles = {
  broker: { hands: BrokerHands; declared: BrokerDeclared; room: BrokerRoom }
  'token-cache': { hands: CacheHands; declared: CacheDeclared; room: CacheRoom }
  'relying-party': { hands: PartyHands; declared: PartyDeclared; room: PartyRoom }
}

/** The roles whose targets can be judged. */
export type JudgedRole = keyof Roles

/** What a role makes its surroundings of. */
export type Scene<R extends JudgedRole> = {
  target: Target<R>
  world: World
  clock: UniverseClock
  /** Begins the record of the world as it is in the end. */
  transcriptOf(world: World): Transcript
}

/** A universe before its target is in place: its mocks, and what the target must know of them. */
export type Stage<R extends JudgedRole> = {
  /** The world as it is in the end: a target that was set up by hand brings its own. */
  world: World
  transcript: Transcript
  provision(place: Place): object
  /** The mocks around the target, by whom they play; each has an origin of its own. */
  mocks(place: Place): Partial<Record<MockActor, Wire>>
  /** What the universe holds for the role once the target is in place. */
  room(site: Site): Roles[R]['room']
}

/** What is known of a target without any of its code. */
export type Described<R extends JudgedRole> = { [Each in R]: Omit<Target<Each>, 'attach' | 'control'> }[R]

/** Everything that the harness must know of a role. */
export type RoleModule<R extends JudgedRole> = {
  /** The name of a target within this process, and of each mock around it: hosts, for the direct wire. */
  hosts: { target: string } & Partial<Record<MockActor, string>>
  /** In what dialect a target is spoken to, and what it can do. */
  describe(target: Described<R> | Target<R>): { dialect: string; capabilities: ReadonlySet<Capability> }
  /** The kinds of tenants and parties that a target can serve. */
  kinds(target: Described<R> | Target<R>): Kinds
  /** Prepares the surroundings of a target. Rejects with Trouble when it was set up with something that cannot be read. */
  stage(scene: Scene<R>): Promise<Stage<R>>
  /** What the target lacks for a check to make sense. */
  lack(check: Check<R>, room: Room<R>): string | undefined
  /** The hands of a check. */
  hands(room: Room<R>, check: CheckId): Roles[R]['hands']
  /** Makes the mocks honest again, as they must be whenever a control is sent. */
  calm(room: Room<R>, check: CheckId, slice: Slice): void
}
