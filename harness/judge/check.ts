import type * as fc from 'fast-check'
import type { Basis, Capability, Clause, ClauseId } from '../../fixtures/clauses/clause.ts'
import type { CheckId, Shape, Slice } from '../../fixtures/world/shapes.ts'
import type { World } from '../../fixtures/world/world.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import type { Browser } from '../agent/browser.ts'
import type { UniverseClock } from '../clock/universe-clock.ts'
import type { Dump } from '../control/dump.ts'
import type { Inside } from '../control/inside.ts'
import type { Exchange } from '../record/exchange.ts'
import type { JudgedRole, Roles } from '../roles/role.ts'
import type { Violation } from './blame.ts'

/** An id of the attack catalogue, such as `RUR-05`. */
export type AttackId = `${string}-${number}`

/**
 * What every check is given, whatever the role of the target: its slice, and hands that act for browsers and time. Only a check of scope
 * `exclusive` looks inside the target or restarts it.
 */
export type Shared = Inside & {
  slice: Slice
  /** How many property cases to try in all. */
  runs: number
  /** The universe's clock; only a check of scope `exclusive` moves it. */
  clock: UniverseClock
  /**
   * What the target itself has sent to a mock since this case began, oldest first: what concerns the slice, and what cannot be told
   * to concern another. A control is no case, and sees nothing.
   */
  fromTarget(): readonly Exchange[]
  /**
   * Judges each request with this text as a value of its form that the target sends a mock until the check is over: what it does once it
   * has answered may not be seen in {@link fromTarget} yet.
   */
  afterwards(text: string, accuses: (exchange: Exchange) => Violation | undefined): void
  /** Aborted when the check's time is up. */
  signal: AbortSignal
  /** A browser with an empty cookie jar. */
  browser(): Browser
  /**
   * A browser that speaks HTTP without TLS to the ports of the target, which it reaches at {@link plainOriginOf} its origins, and
   * goes nowhere else. Absent where the ports are not the target's own, as for one within this process.
   */
  plainBrowser: (() => Browser) | undefined
  /** How many nodes stand behind the target's name; 0 when they cannot be told apart. */
  nodes: number
  /**
   * Holds a property against `runs` values of an arbitrary; `label` names the property within the check and is part of the
   * replay path. Throws the {@link Violation} of the smallest value found with the signature of the first one.
   */
  forEvery<T>(
    label: string,
    arbitrary: fc.Arbitrary<T>,
    runs: number,
    holds: (value: T) => Promise<void>,
  ): Promise<void>
  /** Tries named examples one after the other; each is a case, as a generated value is. */
  each<T>(examples: readonly T[], holds: (example: T) => Promise<void>): Promise<void>
  /** Remembers something worth telling whatever the verdict. */
  note(text: string): void
}

/** What a check of this role is given: what every check is, and the hands of its role. */
export type Context<R extends JudgedRole = 'broker'> = Shared & Roles[R]['hands']

/** One question put to a target of a role, as a value. Its role is that of its clauses. */
export type Check<R extends JudgedRole = 'broker'> = {
  id: CheckId
  /** A sentence that a target can make false. */
  title: string
  sends: string
  owes: string
  clauses: readonly [ClauseId, ...ClauseId[]]
  /** A check may ask for less than its clause, never for more. */
  weaker?: Exclude<Basis, 'source'>
  /** Attacks of the catalogue of which it sends at least one shape; it does not claim to send them all. */
  attacks?: readonly AttackId[]
  /** What the target, by all that it declares, lacks for this check to make sense; `undefined`: nothing. */
  applies?(...declared: Roles[R]['declared']): string | undefined
  needs: { capabilities: readonly Capability[]; shape: Shape; scope: 'slice' | 'exclusive' }
  /** The faults it catches, each proved. */
  kills: readonly [FaultId, ...FaultId[]]
  /** Sends the valid form; whatever it throws makes the verdict inconclusive. */
  control(context: Context<R>): Promise<void>
  /** Sends the same with one thing changed. */
  run(context: Context<R>): Promise<void>
}

/** A rule for every exchange of a run, and for what a target holds after it, whichever check provoked it. */
export type Invariant = {
  id: CheckId
  title: string
  owes: string
  clauses: readonly [ClauseId, ...ClauseId[]]
  kills: readonly [FaultId, ...FaultId[]]
  /** An invariant may ask for less than its clause, never for more. */
  weaker?: Check['weaker']
  /** What it needs beside what its clauses need. */
  capabilities?: readonly Capability[]
  inspect(exchange: Exchange, world: World): Violation | undefined
  /** Looks at what a target leaves behind, where it shows it. */
  atEnd?(remains: Remains, world: World): readonly Remnant[]
}

/** What a target holds at the end of a run: absent, where it shows nothing. */
export type Remains = { storage?: Dump; logs?: Dump }

/** What breaks an invariant in what is left behind, and the check that provoked it, as far as can be told. */
export type Remnant = { check: CheckId | null; violation: Violation }

/** How hard a broken clause weighs, after what the check weakens. */
export const gradeOf = (clause: Clause, weaker?: Check['weaker']): 'blocking' | 'advice' =>
  clause.level === 'MUST' && weaker !== 'practice' ? 'blocking' : 'advice'
