import { clauseOf } from '../../fixtures/clauses/index.ts'
import type { Capability } from '../../fixtures/clauses/clause.ts'
import type { World } from '../../fixtures/world/world.ts'
import type { Inside } from '../control/inside.ts'
import type { Evidence } from '../record/exchange.ts'
import type { Breach, Transcript } from '../record/transcript.ts'
import { Inconclusive } from './blame.ts'
import type { Invariant, Remains } from './check.ts'
import { gradeOf } from './check.ts'
import type { Verdict } from './verdict.ts'
import { missingOf } from './verdict.ts'

/** A verdict with what it was judged by. */
export type Judged = { verdict: Verdict; evidence: Evidence[] }

/** What of a universe an invariant is judged in. */
type Seen = Pick<Inside, 'storage' | 'logs'> & {
  world: World
  transcript: Transcript
  capabilities: ReadonlySet<Capability>
}

/**
 * What an invariant says of everything that was recorded, and of what the target holds at the end, if it is given: by
 * {@link remainsOf}, or why it is not known.
 */
export const inspect = (
  invariant: Invariant,
  { transcript, capabilities, world }: Pick<Seen, 'transcript' | 'capabilities' | 'world'>,
  remains: Remains | Inconclusive = {},
): Judged => {
  const verdict = { check: invariant.id, notes: [], ms: 0 }
  const needed = [...invariant.clauses.flatMap((id) => clauseOf(id).capabilities), ...(invariant.capabilities ?? [])]
  const missing = missingOf(needed, capabilities)
  if (missing.length > 0) return { verdict: { ...verdict, status: 'not-applicable', missing }, evidence: [] }

  const recorded = transcript.breaches().filter((breach) => breach.invariant.id === invariant.id)
  const unknown = invariant.atEnd && remains instanceof Inconclusive ? remains : undefined
  const remnants = remains instanceof Inconclusive ? [] : (invariant.atEnd?.(remains, world) ?? [])
  const breaches: Omit<Breach, 'invariant'>[] = [...recorded, ...remnants]
  const [first] = breaches
  if (first === undefined) {
    const cases = transcript.inspected()
    if (cases > 0 && unknown === undefined) return { verdict: { ...verdict, status: 'pass', cases }, evidence: [] }
    const message = unknown?.message ?? 'no message was exchanged'
    return { verdict: { ...verdict, status: 'inconclusive', why: 'undelivered', message }, evidence: [] }
  }
  const { violation } = first
  const clause = violation.clause ?? invariant.clauses[0]
  const provoking = [...new Set(breaches.map(({ check }) => check ?? 'no check'))]
  return {
    verdict: {
      ...verdict,
      notes: [`provoked by ${provoking.join(', ')}`],
      status: 'fail',
      grade: gradeOf(clauseOf(clause), invariant.weaker),
      clause,
      signature: `${clause}/${violation.kind}`,
      expected: violation.expected,
      actual: violation.actual,
    },
    evidence: transcript.written(first.exchange ? [first.exchange] : []),
  }
}

/** What a target shows of its inside at the end of a run, or why it does not. */
export const remainsOf = async ({ storage, logs, capabilities }: Seen): Promise<Remains | Inconclusive> => {
  try {
    return {
      ...(capabilities.has('storage') && { storage: await storage() }),
      ...(capabilities.has('logs') && { logs: await logs() }),
    }
  } catch (cause) {
    if (cause instanceof Inconclusive) return cause
    throw cause
  }
}
