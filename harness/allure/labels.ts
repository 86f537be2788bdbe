import type { Label, Parameter } from 'allure-js-commons'
import { LabelName, Severity } from 'allure-js-commons'
import { gradeOf } from '../judge/check.ts'
import type { Account } from './account.ts'
import { clauseIn, isAdvice } from './account.ts'
import { inOneLine, uuidOf } from './text.ts'

/**
 * Role, section and clause as epic, feature and story; the severity by the weight of the clause. Attacks are tagged by
 * family: a dozen ids would be squeezed out of sight, and the description names them all.
 */
export const labelsOf = (account: Account): Label[] => {
  const { verdict, rule, target, waived } = account
  const clause = clauseIn(account)
  const story = inOneLine(clause?.id ?? (verdict.status === 'fail' ? verdict.clause : verdict.check), 200)
  const grade = clause && gradeOf(clause, rule?.weaker)
  const tags = [
    ...(isAdvice(verdict) ? ['advice'] : []),
    ...(waived ? ['waived'] : []),
    ...(clause ? [clause.level, rule?.weaker ?? clause.basis] : []),
    ...new Set((rule?.attacks ?? []).map((id) => id.split('-', 1)[0] ?? id)),
  ]
  return [
    { name: LabelName.EPIC, value: target.role },
    { name: LabelName.FEATURE, value: story.split('.', 1)[0] ?? story },
    { name: LabelName.STORY, value: story },
    { name: LabelName.SEVERITY, value: grade === 'blocking' ? Severity.CRITICAL : Severity.NORMAL },
    ...tags.map((value) => ({ name: LabelName.TAG, value })),
  ]
}

const sameTarget = ({ target, run }: Account) => ({
  target: inOneLine(target.name, 200),
  dialect: inOneLine(target.dialect, 200),
  transport: run.transport,
})

/** What changes from run to run is no part of a test's identity. */
export const parametersOf = (account: Account): Parameter[] => [
  ...Object.entries(sameTarget(account)).map(([name, value]) => ({ name, value })),
  { name: 'version', value: inOneLine(account.target.version, 200), excluded: true },
  { name: 'seed', value: String(account.run.seed), excluded: true },
]

/** The same for every run of a check against the same target. */
export const historyIdOf = (account: Account): string =>
  uuidOf('history', account.verdict.check, ...Object.values(sameTarget(account)))
