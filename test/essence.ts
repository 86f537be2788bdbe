import type { Report } from '../reports/report.ts'

/** What is expected of a run, as expected.json has it, with what each failure accuses of; `vitest -u` writes it anew. */
export const essenceOf = ({ target: { name, version }, verdicts, clauses }: Report): string => {
  const statuses = verdicts.map((verdict) => [
    verdict.check,
    verdict.status === 'fail' ? `${verdict.grade}: ${verdict.signature}` : verdict.status,
  ])
  const essence = { subject: { name, version }, verdicts: Object.fromEntries(statuses), clauses }
  return `${JSON.stringify(essence, null, 2)}\n`
}
