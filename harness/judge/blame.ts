import type { ClauseId } from '../../fixtures/clauses/clause.ts'

/** Accuses the target. Thrown by checks alone; anything that is not certain is {@link Inconclusive}. */
export class Violation extends Error {
  override readonly name = 'Violation'
  /** What went wrong, without values: two violations of one kind have one cause. */
  readonly kind: string
  readonly expected: string
  readonly actual: string
  /** The clause that is broken; absent: the first of the check. */
  readonly clause: ClauseId | undefined

  constructor(kind: string, { expected, actual, clause }: { expected: string; actual: string; clause?: ClauseId }) {
    super(`expected ${expected}, got ${actual}`)
    this.kind = kind
    this.expected = expected
    this.actual = actual
    this.clause = clause
  }
}

/** Why nothing can be said of the target. */
export type Doubt = 'control' | 'died' | 'unreadable' | 'undelivered' | 'deadline' | 'interrupted'

/** Accuses nobody: the question could not be put, or the answer could not be read. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive'
  readonly why: Doubt

  constructor(why: Doubt, message: string, options?: ErrorOptions) {
    super(message, options)
    this.why = why
  }
}
