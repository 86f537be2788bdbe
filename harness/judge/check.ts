import type * as fc from 'fast-check'
import type { Basis, Capability, Clause, ClauseId } from '../../fixtures/clauses/clause.ts'
import type { CheckId, Shape, Slice, User } from '../../fixtures/world/shapes.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { World } from '../../fixtures/world/world.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import type { HostileModeId } from '../../mocks/hostile-modes.ts'
import type { Asserted } from '../../mocks/idp/entra/asserted.ts'
import type { Forgery } from '../../mocks/idp/forge-token.ts'
import type { Browser } from '../agent/browser.ts'
import type { UniverseClock } from '../clock/universe-clock.ts'
import type { Dump } from '../control/dump.ts'
import type { Inside } from '../control/inside.ts'
import type { Dialect, Endpoints } from '../dialects/dialect.ts'
import type { Triggers } from '../dialects/trigger.ts'
import type { Exchange } from '../record/exchange.ts'
import type { Profile } from '../target/target.ts'
import type { Violation } from './blame.ts'

/** An id of the attack catalogue, such as `RUR-05`. */
export type AttackId = `${string}-${number}`

/** What of the target's own application at the identity provider a check may look for: client id, realm, reply URL. */
export type Application = Pick<Provision['application'], 'id' | 'realm' | 'reply'>

/**
 * What a check is given: its slice, the target's dialect, and hands to act with. Only a check of scope `exclusive` looks inside the
 * target or restarts it.
 */
export type Context = Inside & {
  slice: Slice
  dialect: Dialect
  at: Endpoints
  /** How many property cases to try in all. */
  runs: number
  profile: Profile
  /** Requests that the target declares to end in a row of its error table. */
  triggers: Triggers
  /** The target's own application at the identity provider. */
  application: Application
  /** The universe's clock; only a check of scope `exclusive` moves it. */
  clock: UniverseClock
  /**
   * Has the target replace the key that it signs tokens with, which stays replaced; only a check of scope `exclusive` does it.
   *
   * @throws Inconclusive when the target does not
   */
  rotateKey(): Promise<void>
  /** Makes the identity provider misbehave towards the tenants of the slice, until called again. */
  hostile(...modes: HostileModeId[]): void
  /** Makes the identity provider say this of a user of the slice in its tokens, until called again. */
  asserts(user: User, said: Asserted): void
  /**
   * Makes another token out of one that the identity provider has issued: as it would have issued it, or forged.
   *
   * @throws Inconclusive for a token that it has not issued
   */
  forges(token: string, forgery: Forgery): Promise<string>
  /**
   * What the target itself has sent to a mock since this case began, oldest first: what concerns the slice, and what cannot be told
   * to concern another. A control is no case, and sees nothing.
   */
  fromTarget(): readonly Exchange[]
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

/** What else a target declares that a check may ask for. */
export type Declared = { profile: Profile; triggers: Triggers }

/** One question put to a target, as a value. */
export type Check = {
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
  /** What a dialect, or what else a target declares, lacks for this check to make sense; `undefined`: nothing. */
  applies?(dialect: Dialect, declared: Declared): string | undefined
  needs: { capabilities: readonly Capability[]; shape: Shape; scope: 'slice' | 'exclusive' }
  /** The faults it catches, each proved. */
  kills: readonly [FaultId, ...FaultId[]]
  /** Sends the valid form; whatever it throws makes the verdict inconclusive. */
  control(context: Context): Promise<void>
  /** Sends the same with one thing changed. */
  run(context: Context): Promise<void>
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
