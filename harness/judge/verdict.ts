import type { Capability, ClauseId } from '../../fixtures/clauses/clause.ts'
import type { CheckId } from '../../fixtures/world/shapes.ts'
import type { Doubt } from './blame.ts'

/** A blocking failure breaks a MUST; advice breaks a SHOULD and fails a run only under `--strict`. */
export type Grade = 'blocking' | 'advice'

/** The smallest input that fails, and what brings it back: the seed of the run and a path within the check. */
export type Counterexample = { value: unknown; seed: number; path: string }

/** What a check says of a target. Only `fail` accuses it. `ms` is wall time. */
export type Verdict = { check: CheckId; notes: string[]; ms: number } & (
  | { status: 'pass'; cases: number }
  | {
      status: 'fail'
      grade: Grade
      clause: ClauseId
      /** Clause and kind, no values: what a waiver names. */
      signature: string
      expected: string
      actual: string
      counterexample?: Counterexample
    }
  | { status: 'inconclusive'; why: Doubt; message: string }
  | { status: 'not-applicable'; missing: string[] }
  | { status: 'error'; message: string; stack: string }
)

/** The capabilities among `needed` that a target lacks. */
export const missingOf = (needed: readonly Capability[], present: ReadonlySet<Capability>): Capability[] => [
  ...new Set(needed.filter((capability) => !present.has(capability))),
]
