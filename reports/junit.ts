import { clauseOf } from '../fixtures/clauses/index.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import { replayCommand } from '../harness/judge/replay-command.ts'
import type { Report } from './report.ts'

type Catalogue = { checks: readonly Check[]; invariants: readonly Invariant[] }
type Verdict = Report['verdicts'][number]

/**
 * The report as JUnit XML: one suite, a case for each verdict, its clauses, level, basis and attacks as properties. What is
 * not applicable or only advice is skipped with the reason; inconclusive and error are errors.
 */
export const toJunit = (report: Report, { checks, invariants }: Catalogue): string => {
  const cases = report.verdicts.map((verdict) => {
    const check = checks.find(({ id }) => id === verdict.check)
    const known = check ?? invariants.find(({ id }) => id === verdict.check)
    const clause = known && clauseOf(known.clauses[0])
    const tags: [string, string][] = [
      ...(known?.clauses ?? []).map((id): [string, string] => ['clause', id]),
      ...(clause
        ? ([
            ['level', clause.level],
            ['basis', check?.weaker ?? clause.basis],
            ['role', clause.role],
          ] as [string, string][])
        : []),
      ...(check?.attacks ?? []).map((id): [string, string] => ['attack', id]),
      ['status', verdict.status],
      ...verdict.notes.map((note): [string, string] => ['note', note]),
    ]
    const properties = tags.map(([name, value]) => element('property', { name, value })).join('')
    const attributes = {
      classname: `brokerspec.${verdict.check}`,
      name: known?.title ?? verdict.check,
      time: (verdict.ms / 1000).toFixed(3),
    }
    return element('testcase', attributes, element('properties', {}, properties) + resultOf(verdict, report))
  })
  const countOf = (tag: string) => String(cases.filter((one) => one.includes(`<${tag} `)).length)
  const counts = {
    tests: String(cases.length),
    failures: countOf('failure'),
    errors: countOf('error'),
    skipped: countOf('skipped'),
  }
  const suite = element(
    'testsuite',
    { name: `${report.target.name} ${report.target.version}`, ...counts, timestamp: report.run.at },
    cases.join('\n'),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'brokerspec', ...counts }, suite)}\n`
}

const resultOf = (verdict: Verdict, report: Report): string => {
  if (verdict.status === 'not-applicable')
    return element('skipped', { message: `not applicable: the target lacks ${verdict.missing.join(', ')}` })
  if (verdict.status === 'inconclusive')
    return element('error', { type: `inconclusive.${verdict.why}`, message: verdict.message })
  if (verdict.status === 'error')
    return element('error', { type: 'harness', message: verdict.message }, escape(verdict.stack))
  if (verdict.status !== 'fail') return ''
  const message = `expected ${verdict.expected}, got ${verdict.actual}`
  if (verdict.grade === 'advice' && !report.run.strict) return element('skipped', { message: `advice: ${message}` })
  return element(
    'failure',
    { type: verdict.signature, message },
    escape(`${message}\n${replayCommand(report, verdict)}`),
  )
}

const element = (name: string, attributes: Record<string, string>, content = '') => {
  const open = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escape(value)}"`)].join(' ')
  return content === '' ? `<${open} />` : `<${open}>${content}</${name}>`
}

/** XML 1.0 has no way to write most control characters: they become U+FFFD. */
const escape = (text: string) =>
  text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
