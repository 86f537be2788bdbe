import type { Clause } from '../../fixtures/clauses/clause.ts'
import { clauses } from '../../fixtures/clauses/index.ts'
import type { Transport } from '../attach/site.ts'
import type { Check, Invariant } from '../judge/check.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Evidence } from '../record/exchange.ts'

/** An exchange as a report shows it. */
export type Exchanged = Omit<Evidence, 'from' | 'to'> & { from: string; to: string }

/** What the catalogue says of what was judged, as data. */
export type Rule = Pick<Invariant, 'title' | 'owes' | 'clauses'> & Partial<Pick<Check, 'sends' | 'weaker' | 'attacks'>>

/** All that Allure is told of one verdict. Plain data: it crosses threads. */
export type Account = {
  verdict: Verdict
  evidence: readonly Exchanged[]
  /** Absent: the catalogue no longer has it. */
  rule?: Rule
  target: { role: string; name: string; version: string; dialect: string }
  run: { transport: Transport; seed: number; strict: boolean }
  /** The line that brings it back. */
  replay: string
  waived: boolean
}

/** The data of a check or an invariant. */
export const ruleOf = (rule: Check | Invariant): Rule => {
  const { sends, weaker, attacks } = { sends: undefined, attacks: undefined, ...rule }
  return {
    title: rule.title,
    owes: rule.owes,
    clauses: rule.clauses,
    ...(sends !== undefined && { sends }),
    ...(weaker && { weaker }),
    ...(attacks && { attacks }),
  }
}

/** The clause that a verdict is about: the one that was broken, or else the first of the rule. */
export const clauseIn = ({ verdict, rule }: Account): Clause | undefined => {
  const id = verdict.status === 'fail' ? verdict.clause : rule?.clauses[0]
  return clauses.find((clause) => clause.id === id)
}

/** Whether a verdict accuses of no more than a broken SHOULD. */
export const isAdvice = (verdict: Verdict): boolean => verdict.status === 'fail' && verdict.grade === 'advice'
