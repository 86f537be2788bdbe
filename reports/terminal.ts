import { styleText } from 'node:util'
import { clauseOf } from '../fixtures/clauses/index.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import { queryOf } from '../protocols/form.ts'
import type { Outcome } from './assemble.ts'
import { replayCommand } from '../harness/judge/replay-command.ts'
import type { ClauseStatus, Report } from './report.ts'
import { clauseStatuses, outcomes } from './report.ts'

type Catalogue = { checks: readonly Check[]; invariants: readonly Invariant[] }
type Verdict = Report['verdicts'][number]
type Style = (format: Parameters<typeof styleText>[0], text: string) => string

const looks = {
  pass: ['green', '✔', 'pass'],
  fail: ['red', '✘', 'FAIL'],
  advice: ['yellow', '!', 'advice'],
  inconclusive: ['magenta', '?', 'inconclusive'],
  error: ['magenta', '✘', 'ERROR'],
  'not-applicable': ['gray', '-', 'not applicable'],
  'not-tested': ['gray', '·', 'not tested'],
} as const satisfies Record<ClauseStatus, readonly [string, string, string]>

/** How text is coloured, or not. */
export const styleFor =
  (colours: boolean): Style =>
  (format, text) =>
    colours ? styleText(format, text, { validateStream: false }) : text

const statusOf = (verdict: Verdict): ClauseStatus =>
  verdict.status === 'fail' && verdict.grade === 'advice' ? 'advice' : verdict.status

/** One line for a verdict, as it comes in. */
export const progressLine = (verdict: Verdict, style: Style): string => {
  const status = statusOf(verdict)
  const [colour, sign, word] = looks[status]
  const cases = verdict.status === 'pass' ? `${verdict.cases} ${verdict.cases === 1 ? 'case' : 'cases'}` : word
  return `  ${style(colour, sign)} ${verdict.check.padEnd(56)} ${style('gray', cases.padStart(14))} ${style('gray', `${verdict.ms} ms`.padStart(8))}`
}

/** The head of a run: what is judged, how, and with which seed. */
export const headLines = (
  { run, target, selected }: Pick<Outcome, 'run' | 'target' | 'selected'>,
  invariants: number,
  style: Style,
): string =>
  [
    style('bold', `brokerspec ${run.harness}`),
    `  target  ${target.name} ${target.version} (${target.role}, ${target.dialect} dialect, ${run.transport})`,
    `  run     ${selected.length} ${selected.length === 1 ? 'check' : 'checks'} and ${invariants} ${invariants === 1 ? 'invariant' : 'invariants'}, ${run.runs} cases for each property, seed ${run.seed}${run.shard ? `, shard ${run.shard.join('/')}` : ''}`,
    '',
  ].join('\n')

/** Everything that is said once a run is over: failures in full, then the summary by clause. */
export const summary = (report: Report, catalogue: Catalogue, style: Style): string =>
  [
    ...report.verdicts
      .filter(({ status }) => !['pass', 'not-applicable'].includes(status))
      .map((verdict) => failure(verdict, report, catalogue, style)),
    notes(report, style),
    clauseTable(report, style),
    resultLine(report, style),
  ]
    .filter((part) => part !== '')
    .join('\n\n')

const failure = (verdict: Verdict, report: Report, { checks, invariants }: Catalogue, style: Style): string => {
  const [colour, , word] = looks[statusOf(verdict)]
  const known = [...checks, ...invariants].find(({ id }) => id === verdict.check)
  const check = checks.find(({ id }) => id === verdict.check)
  const clause = known && clauseOf(verdict.status === 'fail' ? verdict.clause : known.clauses[0])
  const rows: [string, string][] = [
    ...(clause
      ? ([
          ['clause', `${clause.id} (${clause.level}; ${clause.source})`],
          ['', clause.sentence],
        ] as [string, string][])
      : []),
    ...(check?.weaker
      ? ([
          [
            'level',
            check.weaker === 'practice'
              ? 'advice: the practice of the field, not the sources'
              : 'our reading of a gap in the sources',
          ],
        ] as [string, string][])
      : []),
    ...(known && 'sends' in known ? ([['sends', known.sends]] as [string, string][]) : []),
    ...saidBy(verdict),
    ...verdict.notes.map((note): [string, string] => ['note', printable(note)]),
    ...(verdict.status === 'fail'
      ? ([
          ['seed', String(report.run.seed)],
          ['replay', replayCommand(report, verdict)],
        ] as [string, string][])
      : []),
  ]
  const lines = rows.map(([name, value]) => `  ${style('gray', name.padEnd(9))} ${value}`)
  const all = report.evidence[verdict.check] ?? []
  const decisive = all.filter(({ phase }) => phase === 'run')
  const exchanges = (decisive.length > 0 ? decisive : all).slice(-6).flatMap(exchangeLines)
  const evidence =
    exchanges.length > 0
      ? [`  ${style('gray', 'exchanges')}`, ...exchanges.map((line) => style('gray', `    ${line}`))]
      : []
  return [
    `${style(colour, style('bold', word))} ${style('bold', verdict.check)}`,
    `  ${known?.title ?? ''}`,
    ...lines,
    ...evidence,
  ].join('\n')
}

const saidBy = (verdict: Verdict): [string, string][] => {
  if (verdict.status === 'inconclusive') return [['because', `${verdict.why}: ${printable(verdict.message)}`]]
  if (verdict.status === 'error')
    return [
      ['error', printable(verdict.message)],
      ['stack', verdict.stack.split('\n').map(printable).join('\n')],
    ]
  if (verdict.status !== 'fail') return []
  const { expected, actual, counterexample } = verdict
  return [
    ['expected', printable(expected)],
    ['actual', printable(actual)],
    ...(counterexample
      ? ([['smallest', printable(JSON.stringify(counterexample.value) ?? 'undefined')]] as [string, string][])
      : []),
  ]
}

/** An exchange in a few lines: URLs without their query, parameters decoded beneath. */
const exchangeLines = ({ n, from, to, request, response, broke }: Report['evidence'][string][number]): string[] => {
  const location = response?.headers.find(([name]) => name === 'location')?.[1]
  const answer = response ? String(response.status) : `no answer: ${broke ?? ''}`
  return [
    `#${n} ${from} to ${to}: ${request.method} ${bare(request.url)}`,
    ...parametersIn(request.url).map((line) => `      ${line}`),
    `   ${answer}${location === undefined ? '' : ` to ${bare(location)}`}`,
    ...parametersIn(location ?? '').map((line) => `      ${line}`),
  ].map(printable)
}

const bare = (url: string) => url.split('?', 1)[0] ?? ''
const parametersIn = (url: string) =>
  queryOf(url).map(([name, value]) => `${name} = ${value.length > 160 ? `${value.slice(0, 160)} ...` : value}`)

/** What a target says is shown, never obeyed; and a lookalike must not look alike: all but plain ASCII is spelled out. */
const printable = (text: string) =>
  text.replaceAll(/[^\u0020-\u007E]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)

const notes = ({ verdicts }: Report, style: Style) =>
  verdicts
    .filter(({ status }) => status === 'pass')
    .flatMap(({ check, notes: said }) => said.map((note) => `${style('gray', 'note')} ${check}: ${printable(note)}`))
    .join('\n')

/** Lines of a table are no longer. */
const width = 120

const clauseTable = ({ clauses, target }: Report, style: Style): string => {
  const ids = (status: ClauseStatus) => Object.keys(clauses).filter((id) => clauses[id] === status)
  const shown = (['fail', 'error', 'inconclusive', 'advice', 'pass'] as const).flatMap((status) =>
    ids(status).map((id) => ({ status, id })),
  )
  const widest = Math.max(0, ...shown.map(({ id }) => id.length))
  const judged = shown.map(({ status, id }) => {
    const [colour, , word] = looks[status]
    const { sentence } = clauseOf(id)
    const told = status === 'pass' ? cut(sentence, width - widest - 18) : sentence
    return `  ${style(colour, word.padEnd(14))} ${id.padEnd(widest)} ${style('gray', told)}`
  })
  const absent = ids('not-applicable')
  const untested = ids('not-tested').length
  return [
    style('bold', `Clauses of a ${target.role}`),
    ...judged,
    ...(absent.length > 0
      ? [
          `not applicable ${absent.length}, for want of a capability:`,
          ...wrapped(grouped(absent), width - 17).map((line) => `               ${line}`),
        ].map((line) => `  ${style('gray', line)}`)
      : []),
    ...(untested > 0
      ? [`  ${style('gray', `not tested     ${untested}, listed with the reason by: brokerspec list`)}`]
      : []),
  ].join('\n')
}

const cut = (text: string, room: number) => (text.length > room ? `${text.slice(0, room - 1).trimEnd()}…` : text)

const wrapped = (text: string, room: number): string[] =>
  text.split(' ').reduce<string[]>((lines, word) => {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length >= room) return [...lines, word]
    return [...lines.slice(0, -1), `${line} ${word}`]
  }, [])

const grouped = (ids: readonly string[]) =>
  [...Map.groupBy(ids, (id) => id.split('.', 1)[0] ?? '')]
    .map(([section, members]) => `${section}.{${members.map((id) => id.slice(section.length + 1)).join(', ')}}`)
    .join(' ')

const resultLine = ({ exit, verdicts }: Report, style: Style): string => {
  const groups = Map.groupBy(verdicts, statusOf)
  const counts = clauseStatuses.flatMap((status) => {
    const count = groups.get(status)?.length ?? 0
    return count > 0 ? [`${count} ${looks[status][2]}`] : []
  })
  return `${style(exit === 0 ? 'green' : exit === 1 ? 'red' : 'magenta', style('bold', outcomes[exit]))}  ${counts.join(', ')}  ${style('gray', `exit code ${exit}`)}`
}
