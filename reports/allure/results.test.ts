import { Status } from 'allure-js-commons'
import type { StepResult, TestResult } from 'allure-js-commons'
import type { HttpExchange } from 'allure-js-commons/http'
import { describe, expect, test } from 'vitest'
import type { Check, Invariant } from '../../harness/judge/check.ts'
import type { Exchange as Exchanged } from '../../harness/record/exchange.ts'
import { evidenceOf } from '../../harness/record/redact.ts'
import type { Report } from '../report.ts'
import { categories, toAllure } from './results.ts'

type Verdict = Report['verdicts'][number]
type Exchange = Report['evidence'][string][number]

const clause = 'authorize.unregistered-redirect'
const check: Partial<Check> = {
  id: 'the.check',
  title: 'a title with "quotes" & <markup>',
  sends: 'what it sends',
  owes: 'what is owed',
  clauses: [clause, 'authorize.unknown-client'],
  attacks: ['RUR-02', 'RUR-05'],
}
const catalogue = { checks: [check as Check], invariants: [] as Invariant[] }
const base = { check: 'the.check', notes: [], ms: 1_234.4 }
const failing = (grade: 'blocking' | 'advice', actual = 'that'): Verdict => ({
  ...base,
  status: 'fail',
  grade,
  clause,
  signature: `${clause}/x`,
  expected: 'this',
  actual,
  counterexample: { value: { kind: 'suffix' }, seed: 7, path: 'suffix/0:1' },
})
const report = (verdicts: Verdict[], exchanges: Exchange[] = [], strict = false): Report => ({
  schema: 'brokerspec-report/1',
  run: {
    seed: 7,
    runs: 100,
    transport: 'direct',
    strict,
    harness: '0.0.0',
    catalogueDigest: '',
    at: '2026-01-01T00:00:00.000Z',
    invocation: 'brokerspec',
    targetFile: 'target.json',
  },
  target: { role: 'broker', name: 'a broker', version: '1.0', dialect: 'k2trust', capabilities: [], profile: {} },
  selected: ['the.check'],
  invariants: [],
  verdicts,
  evidence: exchanges.length > 0 ? { 'the.check': exchanges } : {},
  clauses: { [clause]: 'fail' },
  notTested: [],
  waivers: [],
  exit: 0,
})
const exchange = (more: Partial<Exchange> = {}): Exchange => ({
  n: 3,
  check: 'the.check',
  phase: 'run',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 1_000,
  request: {
    method: 'POST',
    url: 'https://broker.test/a?state=x%20y&code=[redacted]',
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: 'user=a%40b&passwd=[redacted]',
  },
  response: { status: 302, headers: [['location', 'https://login.test/']], body: '' },
  ...more,
})
const filesOf = (...given: Parameters<typeof report>) => toAllure(report(...given), catalogue).files
const resultIn = (files: Record<string, string>) => {
  const found = Object.entries(files).filter(([name]) => name.endsWith('-result.json'))
  expect(found).toHaveLength(1)
  return JSON.parse(found[0]?.[1] ?? '') as TestResult
}
const resultOf = (...given: Parameters<typeof report>) => resultIn(filesOf(...given))
const label = ({ labels }: TestResult, name: string) =>
  labels.filter((one) => one.name === name).map(({ value }) => value)
const categoryOf = ({ status = Status.PASSED, statusDetails: { message } }: TestResult) =>
  message === undefined
    ? undefined
    : categories.find(
        ({ messageRegex, matchedStatuses }) =>
          matchedStatuses.includes(status) && new RegExp(messageRegex).exec(message)?.[0] === message,
      )?.name

describe('the status is written from the verdict', () => {
  test.each<[string, Verdict, boolean, Status, string | undefined]>([
    ['a pass', { ...base, status: 'pass', cases: 3 }, false, Status.PASSED, undefined],
    ['a blocking failure', failing('blocking'), false, Status.FAILED, 'Violations: the target breaks a clause'],
    ['advice', failing('advice'), false, Status.PASSED, 'Advice'],
    ['advice in a strict run', failing('advice'), true, Status.FAILED, 'Advice'],
    [
      'an inconclusive verdict',
      { ...base, status: 'inconclusive', why: 'died', message: 'AssertionError: no assertion\nin it' },
      false,
      Status.BROKEN,
      'Inconclusive: the target could not be judged',
    ],
    [
      'an error of ours',
      { ...base, status: 'error', message: 'AssertionError: expected 1 to be 2', stack: 'at x' },
      false,
      Status.BROKEN,
      'Harness errors: our own mistakes',
    ],
    [
      'what is not applicable',
      { ...base, status: 'not-applicable', missing: ['clock', 'nodes'] },
      false,
      Status.SKIPPED,
      'Not applicable',
    ],
  ])('of %s', (_, verdict, strict, status, category) => {
    const result = resultOf([verdict], [], strict)
    expect(result).toMatchObject({ status, stage: 'finished', testCaseId: 'the.check', name: check.title })
    expect(categoryOf(result)).toBe(category)
    expect(label(result, 'tag').includes('advice')).toBe(verdict.status === 'fail' && verdict.grade === 'advice')
  })

  test('whose message says why', () => {
    const missing: Verdict = { ...base, status: 'not-applicable', missing: ['clock', 'nodes'] }
    expect(resultOf([missing]).statusDetails.message).toBe('not applicable: the target lacks clock, nodes')
    expect(resultOf([failing('blocking')]).statusDetails).toMatchObject({
      message: 'violation: expected this\ngot that',
      trace: `${clause}/x\nreplay: brokerspec run --target target.json --seed 7 --replay the.check/suffix/0:1`,
    })
  })
})

test('a result says what it is about, how it was found, and how it is brought back', () => {
  const result = resultOf([{ ...failing('blocking'), notes: ['a `note`'] }])
  expect(['epic', 'feature', 'story', 'severity', 'tag'].map((name) => label(result, name))).toEqual([
    ['broker'],
    ['authorize'],
    [clause],
    ['critical'],
    ['MUST', 'source', 'RUR'],
  ])
  expect(result.parameters.map(({ name, value }) => `${name}=${value}`)).toEqual([
    'target=a broker',
    'dialect=k2trust',
    'transport=direct',
    'version=1.0',
    'seed=7',
  ])
  expect([result.start, result.stop]).toEqual([Date.parse('2026-01-01'), Date.parse('2026-01-01') + 1_234])
  for (const part of ['what it sends', 'what is owed', 'RUR-02, RUR-05', '"kind": "suffix"', '`` a `note` ``'])
    expect(result.description).toContain(part)
})

test('a verdict of an unknown check and clause is shown by its id', () => {
  const result = resultOf([{ ...failing('blocking'), check: 'gone', clause: 'old.clause' } as Verdict])
  expect(result).toMatchObject({ name: 'gone', status: 'failed' })
  expect(label(result, 'story')).toEqual(['old.clause'])
})

test('a used waiver is told', () => {
  const waived = report([failing('blocking')])
  waived.waivers = [{ check: 'the.check', signature: `${clause}/x`, state: 'used' }]
  expect(label(resultIn(toAllure(waived, catalogue).files), 'tag')).toContain('waived')
})

describe('the exchanges', () => {
  const files = filesOf(
    [failing('blocking')],
    [
      exchange({ n: 1, phase: 'control' }),
      exchange({ n: 2, response: undefined as never, broke: 'reset' }),
      exchange(),
    ],
  )
  const result = resultIn(files)
  const attachmentsIn = (steps: StepResult[]): StepResult['attachments'] =>
    steps.flatMap(({ attachments, steps: below }) => [...attachments, ...attachmentsIn(below)])

  test('stand in a step each, by phase, after their sequence', () => {
    expect(result.steps.map(({ name, status, steps }) => [name, status, steps.length])).toEqual([
      ['Sequence of the exchanges', 'passed', 0],
      ['Control: the valid form', 'passed', 1],
      ['Run: the same with one thing changed', 'failed', 2],
    ])
    expect(result.steps[2]?.steps.map(({ name, status }) => [name, status])).toEqual([
      ['#2 browser to target: POST https://broker.test/a: no answer', 'broken'],
      ['#3 browser to target: POST https://broker.test/a: 302', 'passed'],
    ])
  })

  test('are attached, each to a file that is there, and no file is left over', () => {
    const attached = attachmentsIn(result.steps)
    expect(attached.map(({ source }) => source).toSorted()).toEqual(
      Object.keys(files)
        .filter((name) => name.includes('-attachment'))
        .toSorted(),
    )
    for (const { source, size } of attached) expect(Buffer.byteLength(files[source] ?? '')).toBe(size)
  })

  test('have the form that Allure shows', () => {
    const shown = attachmentsIn(result.steps)
      .filter(({ type }) => type === 'application/vnd.allure.http+json')
      .map(({ source }) => JSON.parse(files[source] ?? '') as HttpExchange)
    expect(shown).toHaveLength(3)
    expect(shown[2]).toEqual({
      schemaVersion: 1,
      start: 1_000,
      request: {
        method: 'POST',
        url: 'https://broker.test/a?state=x%20y&code=[redacted]',
        headers: [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }],
        query: [
          { name: 'state', value: 'x y' },
          { name: 'code', value: '[redacted]' },
        ],
        body: {
          contentType: 'application/x-www-form-urlencoded',
          encoding: 'utf8',
          value: 'user=a%40b&passwd=[redacted]',
          size: 28,
          form: [
            { name: 'user', value: 'a@b' },
            { name: 'passwd', value: '[redacted]' },
          ],
        },
      },
      response: { status: 302, headers: [{ name: 'location', value: 'https://login.test/' }] },
    })
    expect(shown[1]).toMatchObject({ error: { message: 'reset' } })
  })

  test('are bounded', () => {
    const huge = exchange({ request: { method: 'GET', url: `https://x/${'a'.repeat(1e6)}`, headers: [] } })
    const many = filesOf(
      [failing('blocking', 'b'.repeat(1e6))],
      Array.from({ length: 500 }, () => huge),
    )
    expect(Object.keys(many).length).toBeLessThan(70)
    expect(Object.values(many).join('').length).toBeLessThan(1e6)
  })
})

describe('whatever a target says', () => {
  const hostile = '</script><img src=x onerror=alert(1)>\n```\n# forged\u202E\u001B[31m'

  test('stays inside its code block, with all but plain ASCII spelled out', () => {
    const { description = '', statusDetails } = resultOf([{ ...failing('blocking', hostile), notes: [hostile] }])
    const outside = description.replaceAll(/^(`{3,})\n[\s\S]*?\n\1$/gm, '').replaceAll(/(`+) .*? \1/g, '')
    expect(outside).not.toMatch(/onerror|forged/)
    expect(description + statusDetails.message).toMatch(/^[\n\u0020-\u007E]*$/)
  })

  test('adds no line to the environment', () => {
    const named = report([])
    named.target.name = 'evil\nexit = 0 \\u0041'
    const environment = toAllure(named, catalogue).files['environment.properties'] ?? ''
    expect(environment.split('\n').filter((line) => line.startsWith('exit'))).toEqual(['exit = 0'])
    expect(environment).toContain(String.raw`target = evil\\u{a}exit = 0 \\u0041 1.0`)
  })
})

test('a secret that went over the wire stands in no file', () => {
  const secret = 'canary-7f3a'
  const evidence = evidenceOf(
    {
      ...exchange(),
      request: {
        method: 'POST',
        origin: 'https://broker.test',
        rawPath: `/a?code=${secret}&wctx=%3Fcode%3D${secret}`,
        headers: [
          ['authorization', `Bearer ${secret}`],
          ['content-type', 'application/x-www-form-urlencoded'],
        ],
        body: Buffer.from(`client_secret=${secret}&other=${secret}`),
      },
      response: { status: 200, headers: [['set-cookie', secret]], body: Buffer.from(`{"access_token":"${secret}"}`) },
    } as Exchanged,
    new Map([[secret, 'client secret']]),
  )
  const files = filesOf([failing('blocking')], [evidence])
  expect(Object.keys(files)).toHaveLength(5)
  expect(JSON.stringify(files)).not.toContain(secret)
  expect(JSON.stringify(files)).toContain('[redacted')
})

test('the same report gives the same files, and another run other results of the same tests', () => {
  const one = report([failing('blocking')], [exchange()])
  const other = structuredClone(one)
  expect(toAllure(other, catalogue)).toEqual(toAllure(one, catalogue))
  other.run.at = '2026-01-02T00:00:00.000Z'
  const [first, second] = [one, other].map((given) => resultIn(toAllure(given, catalogue).files))
  expect(second?.uuid).not.toBe(first?.uuid)
  expect(second?.historyId).toBe(first?.historyId)
})
