import type { Label, Parameter, StatusDetails, TestResult } from 'allure-js-commons'
import { LabelName, Severity, Stage, Status } from 'allure-js-commons'
import type { Clause } from '../../fixtures/clauses/clause.ts'
import { clauses } from '../../fixtures/clauses/index.ts'
import type { Check, Invariant } from '../../harness/judge/check.ts'
import { gradeOf } from '../../harness/judge/check.ts'
import { replayCommand } from '../replay.ts'
import type { Report } from '../report.ts'
import { evidenceSteps } from './exchanges.ts'
import { codeBlock, inlineCode, inOneLine, printable, uuidOf } from './text.ts'

type Catalogue = { checks: readonly Check[]; invariants: readonly Invariant[] }
type Verdict = Report['verdicts'][number]
type Known = { check?: Check | undefined; rule?: Check | Invariant | undefined; clause?: Clause | undefined }

/** What is no plain failure of the target, by how its message begins; in the form of Allure 2 and of Allure 3. */
export const categories = [
  { name: 'Inconclusive: the target could not be judged', messageRegex: String.raw`^inconclusive[\s\S]*`, matchedStatuses: ['broken'] }, // prettier-ignore
  { name: 'Harness errors: our own mistakes', messageRegex: String.raw`^harness error[\s\S]*`, matchedStatuses: ['broken'] }, // prettier-ignore
  { name: 'Advice', messageRegex: String.raw`^advice[\s\S]*`, matchedStatuses: ['passed', 'failed'] },
  { name: 'Violations: the target breaks a clause', messageRegex: String.raw`^violation[\s\S]*`, matchedStatuses: ['failed'] }, // prettier-ignore
  { name: 'Not applicable', messageRegex: String.raw`^not applicable[\s\S]*`, matchedStatuses: ['skipped'] },
]

/**
 * The report as the files of an `allure-results` folder, by name: a result for each verdict, with its exchanges attached.
 * The status is written from the verdict, whatever its message says. The same report gives the same files.
 */
export const toAllure = (report: Report, catalogue: Catalogue): { files: Record<string, string> } => {
  const files: Record<string, string> = {
    'categories.json': `${JSON.stringify(categories, null, 2)}\n`,
    'environment.properties': environmentOf(report),
  }
  for (const verdict of report.verdicts) {
    const uuid = uuidOf('run', report.run, report.target.name, report.target.version, verdict.check)
    const known = knownOf(verdict, catalogue)
    const status = statusOf(verdict, report)
    const evidence = evidenceSteps(uuid, verdict.check, report.evidence[verdict.check] ?? [], {
      control: verdict.status === 'inconclusive' && verdict.why === 'control' ? Status.BROKEN : Status.PASSED,
      run: status,
    })
    const start = Date.parse(report.run.at)
    const result: TestResult = {
      uuid,
      historyId: uuidOf('history', verdict.check, ...Object.values(sameTarget(report))),
      testCaseId: verdict.check,
      fullName: verdict.check,
      titlePath: [report.target.role, ...verdict.check.split('.').slice(0, -1)],
      name: known.rule?.title ?? verdict.check,
      status,
      statusDetails: detailsOf(verdict, report),
      stage: Stage.FINISHED,
      start,
      stop: start + Math.round(verdict.ms),
      description: descriptionOf(verdict, known, report),
      labels: labelsOf(verdict, known, report),
      links: [],
      parameters: parametersOf(report),
      steps: evidence.steps,
      attachments: [],
    }
    files[`${uuid}-result.json`] = `${JSON.stringify(result, null, 2)}\n`
    Object.assign(files, evidence.files)
  }
  return { files }
}

const knownOf = (verdict: Verdict, { checks, invariants }: Catalogue): Known => {
  const check = checks.find(({ id }) => id === verdict.check)
  const rule = check ?? invariants.find(({ id }) => id === verdict.check)
  const id = verdict.status === 'fail' ? verdict.clause : rule?.clauses[0]
  return { check, rule, clause: clauses.find((clause) => clause.id === id) }
}

const isAdvice = (verdict: Verdict) => verdict.status === 'fail' && verdict.grade === 'advice'

const statusOf = (verdict: Verdict, { run }: Report): Status => {
  if (verdict.status === 'not-applicable') return Status.SKIPPED
  if (verdict.status === 'pass' || (isAdvice(verdict) && !run.strict)) return Status.PASSED
  return verdict.status === 'fail' ? Status.FAILED : Status.BROKEN
}

const detailsOf = (verdict: Verdict, report: Report): StatusDetails => {
  if (verdict.status === 'pass') return {}
  if (verdict.status === 'not-applicable')
    return { message: `not applicable: the target lacks ${inOneLine(verdict.missing.join(', '))}` }
  if (verdict.status === 'inconclusive')
    return { message: `inconclusive, ${verdict.why}: ${printable(verdict.message)}` }
  if (verdict.status === 'error')
    return { message: `harness error: ${printable(verdict.message)}`, trace: printable(verdict.stack) }
  const [expected, actual] = [printable(verdict.expected), printable(verdict.actual)]
  return {
    message: `${isAdvice(verdict) ? 'advice' : 'violation'}: expected ${expected}\ngot ${actual}`,
    trace: `${inOneLine(verdict.signature)}\nreplay: ${inOneLine(replayCommand(report, verdict))}`,
    expected,
    actual,
  }
}

/** Attacks are tagged by family: a dozen ids would be squeezed out of sight. The description names them all. */
const labelsOf = (verdict: Verdict, { check, clause }: Known, report: Report): Label[] => {
  const story = inOneLine(clause?.id ?? (verdict.status === 'fail' ? verdict.clause : verdict.check), 200)
  const waived =
    verdict.status === 'fail' &&
    report.waivers.some(
      ({ check: id, signature, state }) => state === 'used' && id === verdict.check && signature === verdict.signature,
    )
  const tags = [
    ...(isAdvice(verdict) ? ['advice'] : []),
    ...(waived ? ['waived'] : []),
    ...(clause ? [clause.level, check?.weaker ?? clause.basis] : []),
    ...new Set((check?.attacks ?? []).map((id) => id.split('-', 1)[0] ?? id)),
  ]
  const grade = clause && gradeOf(clause, check?.weaker)
  return [
    { name: LabelName.EPIC, value: report.target.role },
    { name: LabelName.FEATURE, value: story.split('.', 1)[0] ?? story },
    { name: LabelName.STORY, value: story },
    { name: LabelName.SEVERITY, value: grade === 'blocking' ? Severity.CRITICAL : Severity.NORMAL },
    { name: LabelName.FRAMEWORK, value: 'brokerspec' },
    ...tags.map((value) => ({ name: LabelName.TAG, value })),
  ]
}

const sameTarget = ({ target, run }: Report) => ({
  target: inOneLine(target.name, 200),
  dialect: inOneLine(target.dialect, 200),
  transport: run.transport,
})

/** What changes from run to run is no part of a test's identity. */
const parametersOf = (report: Report): Parameter[] => [
  ...Object.entries(sameTarget(report)).map(([name, value]) => ({ name, value })),
  { name: 'version', value: inOneLine(report.target.version, 200), excluded: true },
  { name: 'seed', value: String(report.run.seed), excluded: true },
]

const descriptionOf = (verdict: Verdict, { check, rule, clause }: Known, report: Report): string => {
  const cited = clause && [
    `> ${clause.sentence}`,
    '',
    `Clause \`${clause.id}\`: **${clause.level}**, ${check?.weaker ? `weakened to ${check.weaker}` : `by ${clause.basis}`}. Source: ${clause.source}.`,
  ]
  const others = rule?.clauses.filter((id) => id !== clause?.id) ?? []
  const parts = [
    ...(cited ? [cited.join('\n')] : []),
    ...(others.length > 0 ? [`Also judges ${others.map((id) => `\`${id}\``).join(', ')}.`] : []),
    ...(check ? [`**Sends** ${check.sends}`] : []),
    ...(rule ? [`**Owed** ${rule.owes}`] : []),
    ...(check?.attacks?.length ? [`**Attacks** ${check.attacks.join(', ')}`] : []),
    ...(verdict.status === 'pass' ? [`**Cases** ${verdict.cases}`] : []),
    ...(verdict.status === 'fail' ? failureParts(verdict) : []),
    ...(verdict.status === 'pass' || verdict.status === 'not-applicable'
      ? []
      : [`**Bring it back**\n\n${codeBlock(replayCommand(report, verdict))}`]),
    ...(verdict.notes.length > 0
      ? [`**Notes**\n\n${verdict.notes.slice(0, 50).map((note) => `* ${inlineCode(note)}`).join('\n')}`] // prettier-ignore
      : []),
  ]
  return `${parts.join('\n\n')}\n`
}

const failureParts = ({ expected, actual, counterexample }: Extract<Verdict, { status: 'fail' }>) => [
  `**Expected**\n\n${codeBlock(expected)}`,
  `**Actual**\n\n${codeBlock(actual)}`,
  ...(counterexample
    ? [`**Smallest counterexample**\n\n${codeBlock(JSON.stringify(counterexample.value, null, 2) ?? 'undefined')}`]
    : []),
]

const environmentOf = ({ run, target, clauses: rolled, exit }: Report): string => {
  const countOf = (status: string) => Object.values(rolled).filter((one) => one === status).length
  const rows = {
    target: `${target.name} ${target.version}`,
    role: target.role,
    dialect: target.dialect,
    transport: run.transport,
    seed: String(run.seed),
    runs: String(run.runs),
    strict: String(run.strict),
    ...(run.shard && { shard: run.shard.join('/') }),
    harness: `brokerspec ${run.harness}`,
    at: run.at,
    exit: String(exit),
    'clauses.not.tested': String(countOf('not-tested')),
    'clauses.not.applicable': String(countOf('not-applicable')),
    capabilities: target.capabilities.join(', '),
  }
  return Object.entries(rows)
    .map(([name, value]) => `${name} = ${inOneLine(value).replaceAll('\\', String.raw`\\`)}\n`)
    .join('')
}
