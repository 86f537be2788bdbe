import { describe, expect, test } from 'vitest'
import { reported } from '../test/reported.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import type { Report } from './report.ts'
import { headLines, progressLine, styleFor, summary } from './terminal.ts'

const clause = 'authorize.unregistered-redirect'
const check: Check = {
  id: 'the.check',
  title: 'nothing leaves',
  sends: 'something odd',
  owes: 'a refusal',
  clauses: [clause],
  needs: { capabilities: [], shape: { tenants: 1, partiesPerTenant: 1, clientsPerTenant: 1, usersPerTenant: 1 }, scope: 'slice' }, // prettier-ignore
  kills: ['broker.accepts-any-redirect-uri'],
  control: async () => undefined,
  run: async () => undefined,
}
const catalogue = { checks: [check], invariants: [] as Invariant[] }
const plain = styleFor(false)
type Verdict = Report['verdicts'][number]
type Evidence = Report['evidence'][string][number]
const base = { check: check.id, notes: [], ms: 12 }
const failing: Verdict = {
  ...base,
  status: 'fail',
  grade: 'blocking',
  clause,
  signature: `${clause}/x`,
  expected: 'a page that refuses',
  actual: 'a code',
  counterexample: { value: { given: ['https://evil.test/'] }, seed: 7, path: 'suffix/3:1' },
}
const exchange = (n: number, phase: Evidence['phase'] = 'run', more: Partial<Evidence> = {}): Evidence => ({
  n,
  check: check.id,
  phase,
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 0,
  request: { method: 'GET', url: `https://broker.test/${phase}/${n}?state=s`, headers: [] },
  response: { status: 302, headers: [['location', 'https://evil.test/?error=denied']], body: '' },
  ...more,
})
const report = (verdict: Verdict, evidence: Evidence[] = []): Report =>
  reported({
    selected: [check.id],
    verdicts: [verdict],
    evidence: { [check.id]: evidence },
    clauses: { [clause]: verdict.status },
    exit: verdict.status === 'fail' ? 1 : 0,
  })
const said = (verdict: Verdict, evidence: Evidence[] = []) => summary(report(verdict, evidence), catalogue, plain)
/** Characters by which a terminal could be told to do something, or to show something else. */
const commanding = /[^\n\u0020-\u007E·✔✘…§–—“”‘’→]/u

describe('a failure', () => {
  const block = said(failing, [exchange(1, 'control'), exchange(2), exchange(3)])

  test.each([
    ['the check and its title', /^FAIL the\.check\n {2}nothing leaves$/m],
    ['the clause', /^ {2}clause +authorize\.unregistered-redirect \(MUST; TRUST: Authorization Flow\)$/m],
    ['what was sent', /^ {2}sends +something odd$/m],
    ['what was expected', /^ {2}expected +a page that refuses$/m],
    ['what came', /^ {2}actual +a code$/m],
    ['the smallest counterexample', /^ {2}smallest +\{"given":\["https:\/\/evil\.test\/"\]\}$/m],
    ['the seed', /^ {2}seed +7$/m],
    [
      'how to bring it back',
      /^ {2}replay +brokerspec run --target target\.json --seed 7 --replay the\.check\/suffix\/3:1$/m,
    ],
    ['where it was sent', /^ +#2 browser to target: GET https:\/\/broker\.test\/run\/2$/m],
    ['where it was sent on', /^ +302 to https:\/\/evil\.test\/$/m],
    ['with which parameters', /^ +state = s$[^]*^ +error = denied$/m],
  ])('shows %s', (_, line) => expect(block).toMatch(line))

  test('shows the exchanges of the run, at most six, and those of the control only if there are no others', () => {
    expect(block).not.toContain('/control/')
    const many = said(
      failing,
      Array.from({ length: 9 }, (_, n) => exchange(n)),
    )
    expect(many.match(/#\d/g)).toEqual(['#3', '#4', '#5', '#6', '#7', '#8'])
    expect(said(failing, [exchange(1, 'control')])).toContain('/control/1')
  })

  test('says why an answer never came', () => {
    const { response: _, ...unanswered } = exchange(1)
    expect(said(failing, [{ ...unanswered, broke: 'connection reset' }])).toContain('no answer: connection reset')
  })

  test('of advice is called advice', () => {
    expect(said({ ...failing, grade: 'advice' })).toMatch(/^advice the\.check$/m)
  })
})

describe('what a target says is spelled out, never obeyed:', () => {
  const hostile = 'a\u001B[2J\u0007\u009Bb\u202Ec\u200B\nFAKE'
  const spelled = String.raw`a\u{1b}[2J\u{7}\u{9b}b\u{202e}c\u{200b}\u{a}FAKE`

  test.each<[string, Verdict, Evidence[]]>([
    ['expected', { ...failing, expected: hostile }, []],
    ['actual', { ...failing, actual: hostile }, []],
    ['the reason of a doubt', { ...base, status: 'inconclusive', why: 'unreadable', message: hostile }, []],
    ['a note of a pass', { ...base, status: 'pass', cases: 1, notes: [hostile] }, []],
    ['why it broke', failing, [exchange(1, 'run', { broke: hostile, response: undefined as never })]],
    ['a URL', failing, [exchange(1, 'run', { request: { method: 'GET', url: hostile, headers: [] } })]],
    [
      'a Location',
      failing,
      [exchange(1, 'run', { response: { status: 302, headers: [['location', hostile]], body: '' } })],
    ],
  ])('%s', (_, verdict, evidence) => {
    const text = said(verdict, evidence)
    expect(text).toContain(spelled)
    expect(text).not.toMatch(commanding)
  })

  test('a counterexample', () => {
    const text = said({ ...failing, counterexample: { value: hostile, seed: 7, path: 'p/0' } })
    expect(text).toContain(String.raw`\u001b[2J`)
    expect(text).not.toMatch(commanding)
  })
})

test('a passing check takes one line, with its cases', () => {
  const line = progressLine({ ...base, status: 'pass', cases: 3 }, plain)
  expect(line).toMatch(/^ {2}✔ the\.check +3 cases +12 ms$/)
  expect(progressLine({ ...base, status: 'pass', cases: 1 }, plain)).toContain(' 1 case ')
  expect(progressLine(failing, plain)).toMatch(/✘ the\.check +FAIL/)
})

test('the head names the target, the seed and the shard', () => {
  const { run, target, selected } = report(failing)
  const head = headLines(
    { run: { ...run, shard: [1, 2] }, target: { ...target, capabilities: new Set() }, selected },
    2,
    plain,
  )
  expect(head).toContain('a broker 1.0 (broker, k2trust dialect, direct)')
  expect(head).toContain('1 check and 2 invariants, 100 cases for each property, seed 7, shard 1/2')
})

test('the last line gives the result and the exit code', () => {
  expect(said(failing).split('\n').at(-1)).toBe('FAIL  1 FAIL  exit code 1')
  expect(
    said({ ...base, status: 'pass', cases: 1 })
      .split('\n')
      .at(-1),
  ).toBe('PASS  1 pass  exit code 0')
})

test('colours are left out unless they are wanted', () => {
  expect(said(failing)).not.toContain('\u001B')
  expect(summary(report(failing), catalogue, styleFor(true))).toContain('\u001B[')
})

describe('the table of clauses', () => {
  const clauses = {
    'authorize.restores-redirect-and-state': 'pass',
    'authorize.version': 'pass',
    [clause]: 'fail',
    'app-only.issues': 'not-applicable',
    'app-only.needs-user-token': 'not-applicable',
    'realm.single-directory': 'not-applicable',
  } as const
  const lines = summary({ ...report(failing), clauses }, catalogue, plain).split('\n')
  const row = (id: string) => lines.find((line) => new RegExp(`^ {2}(pass|FAIL) +${id} `).test(line)) ?? ''

  test('begins with what is broken, and its sentences stand below each other', () => {
    expect(lines.indexOf(row(clause))).toBeLessThan(lines.indexOf(row('authorize.version')))
    const begins = [
      row(clause).indexOf('An unregistered'),
      row('authorize.version').indexOf('A request'),
      row('authorize.restores-redirect-and-state').indexOf('The caller'),
    ]
    expect(new Set(begins)).toEqual(new Set([2 + 14 + 1 + 'authorize.restores-redirect-and-state'.length + 1]))
  })

  test('cuts the sentence of a clause that holds, never of one that is broken', () => {
    expect(row('authorize.restores-redirect-and-state')).toMatch(/^.{100,119}…$/)
    expect(row(clause)).toMatch(/and nothing leaves the broker\.$/)
  })

  test('names what is not applicable by section', () => {
    expect(lines.join('\n')).toContain('app-only.{issues, needs-user-token} realm.{single-directory}')
    expect(lines.join('\n')).not.toContain('not tested')
  })
})

test('the result counts the worst first', () => {
  const passing: Verdict = { ...base, check: 'another', status: 'pass', cases: 1 }
  const both = { ...report(failing), verdicts: [passing, failing] }
  expect(summary(both, catalogue, plain)).toMatch(/^FAIL {2}1 FAIL, 1 pass {2}exit code 1$/m)
})
