import type { TestResult } from 'allure-js-commons'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { categories } from '../../reports/allure/categories.ts'
import type { Report } from '../../reports/report.ts'
import type { Ended } from './command.ts'
import { embeddedIn } from '../embedded.ts'
import { reported } from '../reported.ts'
import { brokerspec, folder } from './command.ts'
import { tellsAtOnce } from './told.ts'

type Verdict = Report['verdicts'][number]

const clause = 'authorize.unregistered-redirect'
const words =
  'AssertionError: expected 1\n    at @vitest/expect </script><script src="https://evil.test/x.js">\u001B[31m'
const failing = (check: string, grade: 'blocking' | 'advice'): Verdict => ({
  check,
  notes: [],
  ms: 1_234.4,
  status: 'fail',
  grade,
  clause,
  signature: `${clause}/x`,
  expected: 'this',
  actual: 'that',
  counterexample: { value: { kind: 'suffix' }, seed: 7, path: 'suffix/0:1' },
})
const verdicts: Verdict[] = [
  { check: 'authorize.unregistered-redirect.stranger', notes: [], ms: 20, status: 'pass', cases: 3 },
  failing('authorize.unregistered-redirect.near-miss', 'blocking'),
  failing('authorize.unregistered-redirect.exact-match', 'advice'),
  { check: 'gone.inconclusive', notes: [words], ms: 3, status: 'inconclusive', why: 'unreadable', message: words },
  { check: 'gone.error', notes: [], ms: 4, status: 'error', message: words, stack: words },
  { check: 'gone.not-applicable', notes: [], ms: 0, status: 'not-applicable', missing: ['clock', 'nodes'] },
]
const evidence: Report['evidence'][string] = (['control', 'run'] as const).map((phase, n) => ({
  n,
  check: null,
  phase,
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 0,
  request: { method: 'GET', url: 'https://broker.test/', headers: [] },
  response: { status: 200, headers: [['content-type', 'text/html']], body: words },
}))
const report = (strict: boolean): Report =>
  reported({
    run: { strict },
    target: { name: 'evil\nexit = 0', version: '1' },
    verdicts,
    evidence: { 'authorize.unregistered-redirect.near-miss': evidence, 'gone.inconclusive': evidence },
    clauses: { [clause]: 'fail' },
    exit: 1,
  })

const made = folder()
const [results, html] = [join(made, 'results'), join(made, 'html')]
const json = join(made, 'report.json')
const make = async (strict: boolean): Promise<Ended> => {
  writeFileSync(json, JSON.stringify(report(strict)))
  return brokerspec(['report', json, '--results', results, '--allure', html])
}
const resultsOf = () =>
  new Map(
    readdirSync(results)
      .filter((name) => name.endsWith('-result.json'))
      .map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')) as TestResult)
      .map((result) => [result.testCaseId ?? '', result]),
  )

let ended: Ended
beforeAll(async () => {
  mkdirSync(results)
  const earlier = '0b0e6c1a-5d0f-4f6e-9d0a-3c1b2a4d5e6f'
  writeFileSync(join(results, `${earlier}-result.json`), JSON.stringify({ uuid: earlier, name: 'of an earlier run' }))
  writeFileSync(join(results, 'thesis-attachment.pdf'), '')
  ended = await make(false)
}, 120_000)

test('a report becomes a page, with an exit code of its own', () => {
  expect([ended.code, ended.err]).toEqual([0, ''])
  expect(ended.out).toBe(`Written: ${join(html, 'index.html')}\n`)
  expect(readdirSync(html)).toContain('index.html')
})

describe('of each verdict Allure has', () => {
  test.each([
    ['authorize.unregistered-redirect.stranger', 'passed', undefined],
    ['authorize.unregistered-redirect.near-miss', 'failed', 'Violations: the target breaks a clause'],
    ['authorize.unregistered-redirect.exact-match', 'passed', 'Advice'],
    ['gone.inconclusive', 'broken', 'Inconclusive: the target could not be judged'],
    ['gone.error', 'broken', 'Harness errors: our own mistakes'],
    ['gone.not-applicable', 'skipped', 'Not applicable'],
  ])('%s: %s, under "%s"', (check, status, category) => {
    const result = resultsOf().get(check)
    const message = result?.statusDetails.message ?? ''
    const found = categories.find(
      ({ messageRegex, matchedStatuses }) =>
        matchedStatuses.some((one) => one === result?.status) &&
        new RegExp(messageRegex).exec(message)?.[0] === message,
    )
    expect([result?.status, found?.name]).toEqual([status, category])
  })

  test('one result and no other, under the id and the time of its check', () => {
    const all = [...resultsOf().values()]
    expect(all).toHaveLength(verdicts.length)
    expect(new Set(all.map(({ testCaseId }) => testCaseId))).toEqual(new Set(verdicts.map(({ check }) => check)))
    for (const { fullName, testCaseId, start } of all)
      expect([fullName, start]).toEqual([testCaseId, Date.parse('2026-01-01')])
    const { start = 0, stop = 0 } = resultsOf().get('authorize.unregistered-redirect.near-miss') ?? {}
    expect(stop - start).toBe(1_234)
  })

  test('why, and how it is brought back', () => {
    expect(resultsOf().get('authorize.unregistered-redirect.near-miss')?.statusDetails).toMatchObject({
      message: 'violation: expected this\ngot that',
      expected: 'this',
      actual: 'that',
      trace: `${clause}/x\nreplay: brokerspec run --target target.json --seed 7 --replay authorize.unregistered-redirect.near-miss/suffix/0:1`,
    })
  })

  test('a sequence diagram and each exchange, in a file that is there, and no file is left over', () => {
    const attached = [...resultsOf().values()].flatMap(({ steps }) =>
      [...steps, ...steps.flatMap((step) => step.steps ?? [])].flatMap(({ attachments }) => attachments ?? []),
    )
    expect(attached.map(({ type }) => String(type)).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => 'application/vnd.allure.http+json'),
      ...Array.from({ length: 2 }, () => 'image/svg+xml'),
    ])
    const files = readdirSync(results).filter((name) => name.includes('-attachment'))
    expect([...attached.map(({ source }) => source), 'thesis-attachment.pdf'].toSorted()).toEqual(files.toSorted())
  })
})

test('nothing tells on which machine, or by which file, the page was made', () => {
  const names = [...resultsOf().values()].flatMap(({ labels }) => labels.map(({ name }) => name))
  expect(new Set(names)).toEqual(new Set(['epic', 'feature', 'story', 'severity', 'tag']))
  const root = join(import.meta.dirname, '..', '..')
  for (const name of readdirSync(results)) {
    const text = readFileSync(join(results, name), 'utf8')
    expect(text).not.toContain(root)
    expect(text).not.toContain(`"${hostname()}"`)
  }
})

test('the environment has a line for each fact, and none that the target adds', () => {
  const lines = readFileSync(join(results, 'environment.properties'), 'utf8').split('\n')
  expect(lines.filter((line) => /^(target|exit|result)/.test(line))).toEqual([
    String.raw`target=evil\\u{a}exit = 0 1`,
    'result=FAIL (exit code 1)',
  ])
})

test('no page has a tracker or a script of others, or may load one', () => {
  const pages = readdirSync(html, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'))
  expect(pages).toContain('index.html')
  for (const page of pages) {
    const text = readFileSync(join(html, page), 'utf8')
    expect(text).not.toMatch(/gtag|google|<script[^>]*src="?https?:|evil\.test/)
    expect(text).toContain(`http-equiv="Content-Security-Policy" content="default-src 'self'`)
  }
})

test.each(['--allure', '--results'])('a file that %s names stays as it is', async (option) => {
  const file = join(made, 'notes.txt')
  writeFileSync(file, 'notes')
  await tellsAtOnce(['report', json, '--allure', html, option, file], /notes\.txt\n.*cannot be written/)
  expect(readFileSync(file, 'utf8')).toBe('notes')
})

test(
  'advice of a strict run has failed; an older page and its results are replaced',
  { timeout: 300_000 },
  async () => {
    expect((await make(true)).code).toBe(0)
    expect(resultsOf().size).toBe(verdicts.length)
    expect(resultsOf().get('authorize.unregistered-redirect.exact-match')).toMatchObject({
      status: 'failed',
      statusDetails: { message: 'advice: expected this\ngot that' },
    })
    const embedded = [...embeddedIn(join(html, 'index.html')).keys()]
    expect(embedded.filter((name) => name.startsWith('data/test-results/'))).toHaveLength(verdicts.length)
  },
)
