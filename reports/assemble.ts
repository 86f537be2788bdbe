import { clauses } from '../fixtures/clauses/index.ts'
import type { CheckId } from '../fixtures/world/shapes.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { missingOf } from '../harness/judge/verdict.ts'
import { ofRole } from '../harness/roles/index.ts'
import type { Capability } from '../fixtures/clauses/clause.ts'
import type { Evidence } from '../harness/record/exchange.ts'
import type { ClauseStatus, ExitCode, Report } from './report.ts'
import { clauseStatuses } from './report.ts'

/** What is known once a run is over. `catalogue` are all checks and invariants, judged or not. */
export type Outcome = {
  run: Report['run']
  target: Omit<Report['target'], 'capabilities'> & { capabilities: ReadonlySet<Capability> }
  selected: readonly CheckId[]
  verdicts: readonly Verdict[]
  evidence: Readonly<Record<CheckId, readonly Evidence[]>>
  /** What went wrong outside of any check. */
  outside?: readonly string[]
  catalogue: { checks: readonly Check[]; invariants: readonly Invariant[] }
}

/** Builds the report: verdicts in the order of the catalogue, clauses rolled up, and the exit code they amount to. */
export const assemble = ({ run, target, selected, verdicts, evidence, outside = [], catalogue }: Outcome): Report => {
  const order = [...catalogue.checks, ...catalogue.invariants].map(({ id }) => id)
  const all = joinInvariants(verdicts).toSorted((one, other) => order.indexOf(one.check) - order.indexOf(other.check))
  const own = clauses.filter(({ role }) => role === target.role)
  const capabilities = target.capabilities

  const statusOf = (id: string): ClauseStatus => {
    const touching = (list: readonly { id: string; clauses: readonly string[] }[]) =>
      all.filter((verdict) => list.some((one) => one.id === verdict.check && one.clauses.includes(id)))
    const found = [
      ...touching(catalogue.checks).flatMap((verdict) =>
        verdict.status === 'fail' && verdict.clause !== id ? [] : [gradedStatus(verdict)],
      ),
      ...touching(catalogue.invariants).flatMap((verdict) =>
        verdict.status === 'fail' && verdict.clause === id ? [gradedStatus(verdict)] : [],
      ),
    ]
    const status = clauseStatuses.find((one) => found.includes(one))
    const whole = catalogue.checks.every(
      ({ id: check, clauses: of }) => !of.includes(id) || all.some((verdict) => verdict.check === check),
    )
    if ((status === 'pass' || status === 'advice') && (!whole || run.replay !== undefined)) return 'not-tested'
    if (status) return status
    const needed = own.find((clause) => clause.id === id)?.capabilities ?? []
    return missingOf(needed, capabilities).length > 0 ? 'not-applicable' : 'not-tested'
  }

  const statuses = Object.fromEntries(own.map(({ id }) => [id, statusOf(id)]))
  return {
    schema: 'brokerspec-report/1',
    run,
    target: { ...target, capabilities: [...capabilities].toSorted() },
    selected: [...selected],
    invariants: ofRole(catalogue.invariants, target.role).map(({ id }) => id),
    verdicts: all,
    evidence: Object.fromEntries(Object.entries(evidence).map(([id, exchanges]) => [id, [...exchanges]])),
    clauses: statuses,
    notTested: own
      .filter(({ id }) => statuses[id] === 'not-tested')
      .map(({ id, notTested }) => ({
        clause: id,
        because: notTested ?? 'Not all of its checks were selected, or came to a verdict on it.',
      })),
    ...(outside.length > 0 && { outside: [...outside] }),
    waivers: [],
    exit: exitOf(all, run.strict, outside),
  }
}

const gradedStatus = (verdict: Verdict): ClauseStatus =>
  verdict.status === 'fail' && verdict.grade === 'advice' ? 'advice' : verdict.status

/** An invariant is judged in every worker and shard: its verdicts become one, the worst, with all their cases. */
const joinInvariants = (verdicts: readonly Verdict[]): Verdict[] => {
  const joined = new Map<CheckId, Verdict>()
  for (const verdict of verdicts) {
    const known = joined.get(verdict.check)
    joined.set(verdict.check, known ? joinTwo(known, verdict) : verdict)
  }
  return [...joined.values()]
}

const rank: readonly ClauseStatus[] = ['fail', 'error', 'advice', 'pass', 'inconclusive', 'not-applicable']

const joinTwo = (one: Verdict, other: Verdict): Verdict => {
  const [worse, better] =
    rank.indexOf(gradedStatus(one)) <= rank.indexOf(gradedStatus(other)) ? [one, other] : [other, one]
  const notes = [...new Set([...one.notes, ...other.notes])].toSorted()
  const ms = one.ms + other.ms
  if (worse.status === 'pass' && better.status === 'pass')
    return { ...worse, notes, ms, cases: worse.cases + better.cases }
  return { ...worse, notes, ms }
}

/** 1 for a blocking failure, 3 for an error of ours or outside of any check, 2 when something, or everything, stayed undecided; else 0. */
export const exitOf = (verdicts: readonly Verdict[], strict: boolean, outside: readonly string[] = []): ExitCode => {
  const has = (status: Verdict['status']) => verdicts.some((verdict) => verdict.status === status)
  if (verdicts.some((verdict) => verdict.status === 'fail' && (verdict.grade === 'blocking' || strict))) return 1
  if (has('error') || outside.length > 0) return 3
  if (has('inconclusive')) return 2
  return verdicts.length > 0 && verdicts.every(({ status }) => status === 'not-applicable') ? 2 : 0
}
