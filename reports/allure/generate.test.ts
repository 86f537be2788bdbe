import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Trouble } from '../../harness/trouble.ts'
import type { Report } from '../report.ts'
import { findAllure, generateHtml, stripTrackers, writeResults } from './generate.ts'
import { toAllure } from './results.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerspec-allure-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const pageIn = async (name: string, html: string) => {
  await mkdir(join(folder, name, 'awesome'), { recursive: true })
  const path = join(folder, name, 'awesome', 'index.html')
  await writeFile(path, html)
  return { strip: () => stripTrackers(join(folder, name)), read: () => readFile(path, 'utf8') }
}

describe('of every page', () => {
  test('trackers are removed, and loading from elsewhere is forbidden', async () => {
    const page = await pageIn(
      'tracked',
      `<html><head><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
      <script>function gtag(){dataLayer.push(arguments)} gtag('config', 'G-1')</script>
      <script>window.data = 1</script></head><body><script src="app.js"></script></body></html>`,
    )
    await page.strip()
    const html = await page.read()
    expect(html).not.toMatch(/gtag|googletag/)
    expect(html).toContain('<script>window.data = 1</script>')
    expect(html).toContain('<script src="app.js"></script>')
    expect(html).toContain(`default-src 'self'`)
  })

  test.each([
    '<script src="https://cdn.test/x.js"></script>',
    `<link rel=stylesheet href='//cdn.test/x.css'>`,
    '<img alt="" src = http://cdn.test/x.png>',
    '<iframe src="https://www.googletagmanager.com/ns.html"></iframe>',
  ])('what still loads from elsewhere throws: %s', async (html) => {
    const page = await pageIn('remote', `<html><head></head><body>${html}</body></html>`)
    await expect(page.strip()).rejects.toThrow('still refers to elsewhere')
  })
})

const report: Report = {
  schema: 'brokerspec-report/1',
  run: {
    seed: 7,
    runs: 1,
    transport: 'direct',
    strict: false,
    harness: '0.0.0',
    catalogueDigest: '',
    at: '2026-01-01T00:00:00.000Z',
    invocation: 'brokerspec',
    targetFile: 'target.json',
  },
  target: { role: 'broker', name: 'b', version: '1', dialect: 'k2trust', capabilities: [], profile: {} },
  selected: [],
  invariants: [],
  verdicts: [
    { check: 'a.failure', notes: [], ms: 1, status: 'fail', grade: 'blocking', clause: 'authorize.code-only', signature: 's', expected: 'e', actual: 'a' }, // prettier-ignore
    { check: 'a.doubt', notes: [], ms: 1, status: 'inconclusive', why: 'died', message: 'AssertionError: gone' },
  ],
  evidence: {
    'a.failure': [
      {
        n: 1,
        check: 'a.failure',
        phase: 'run',
        plane: 'party',
        from: 'browser',
        to: 'target',
        at: 0,
        request: { method: 'GET', url: 'https://broker.test/', headers: [] },
        response: {
          status: 200,
          headers: [['content-type', 'text/html']],
          body: '<script src="https://evil.test/x.js">',
        },
      },
    ],
  },
  clauses: {},
  notTested: [],
  waivers: [],
  exit: 1,
}

test('the generated report has no tracker, and says of each verdict what we said', { timeout: 120_000 }, async () => {
  const [results, html] = [join(folder, 'results'), join(folder, 'html')]
  const catalogue = { checks: [], invariants: [] }
  await writeResults(toAllure({ ...report, verdicts: [], run: { ...report.run, seed: 8 } }, catalogue).files, results)
  await writeFile(join(results, 'old-result.json'), '{"uuid":"old","name":"of an earlier run"}')
  await writeResults(toAllure(report, catalogue).files, results)
  await generateHtml(results, html)
  await generateHtml(results, html)

  const pages = (await readdir(html, { recursive: true })).filter((name) => name.endsWith('.html'))
  expect(pages).toContain('index.html')
  for (const page of pages)
    expect(await readFile(join(html, page), 'utf8')).not.toMatch(/gtag|google|<script[^>]*src="?https?:/i)
  const found = await Promise.all(
    (await readdir(join(html, 'data', 'test-results'))).map(
      async (name) => JSON.parse(await readFile(join(html, 'data', 'test-results', name), 'utf8')) as { name: string; status: string }, // prettier-ignore
    ),
  )
  expect(found.map(({ name, status }) => `${name} ${status}`).toSorted()).toEqual([
    'a.doubt broken',
    'a.failure failed',
  ])
})

test('a folder that holds something else is left alone', async () => {
  await mkdir(join(folder, 'mine'))
  await writeFile(join(folder, 'mine', 'thesis.txt'), '')
  await expect(generateHtml(folder, join(folder, 'mine'))).rejects.toBeInstanceOf(Trouble)
  expect(await readdir(join(folder, 'mine'))).toEqual(['thesis.txt'])
})

test('without allure the trouble names how to install it', () => {
  const mend = 'npm install --save-dev allure'
  expect(() => findAllure([join(folder, 'nowhere')])).toThrow(expect.objectContaining({ name: 'Trouble', mend }))
})
