import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import type { Invariant } from '../harness/judge/check.ts'
import { judge } from '../harness/judge/judge.ts'
import type { Exchange } from '../harness/record/exchange.ts'
import { secretsOf } from '../harness/record/redact.ts'
import { loadTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { textOf } from '../protocols/wire.ts'
import { brokerChecks as checks, invariants } from '../suites/index.ts'
import { scannerFor } from './canaries.ts'
import { brokerspec, folder, targetFile } from './cli/command.ts'
import { embeddedIn } from './embedded.ts'
import { disguises } from './targets/leaky.ts'

const seed = 4
const keyring = await makeKeyring()
const world = worldOf(seed, checks, keyring)
const ownSecrets = [...secretsOf(world).keys()]

/** What a run of the indiscreet broker gave away, besides the world's own secrets. */
const given = join(mkdtempSync(join(tmpdir(), 'brokerspec-canaries-')), 'given.txt')
const canaries = () => new Set([...ownSecrets, ...readFileSync(given, 'utf8').trim().split('\n')])
const filesIn = (path: string): string[] =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesIn(join(path, name))) : [path]

describe('the search finds', () => {
  const secret = 'secret-0a1b2c3d-QwErTyUiOp'
  const scan = scannerFor([secret])
  const finds = (text: string | Uint8Array) => scan(typeof text === 'string' ? Buffer.from(text) : text).length > 0

  test.each(Object.entries(disguises))('what is given away %s', (_, disguise) => {
    expect(finds(`{"body":"<p>${disguise(secret)}</p>"}`)).toBe(true)
    expect(finds(`{"body":"<p>${disguise('another-0a1b2c3d-QwErTyUiOp')}</p>"}`)).toBe(false)
  })

  test('what is in a page that is compressed, or embedded in base64, or both', () => {
    const page = `<p>${secret}</p>`.repeat(3)
    expect(finds(gzipSync(page))).toBe(true)
    expect(finds(`<script>d("${Buffer.from(page).toString('base64')}")</script>`)).toBe(true)
    expect(finds(`<script>d("${gzipSync(page).toString('base64')}")</script>`)).toBe(true)
    expect(finds(JSON.stringify({ a: JSON.stringify({ b: disguises['escaped in JSON']?.(secret) }) }))).toBe(true)
  })
})

test('a transcript that nobody has cleaned is full of secrets', { timeout: 300_000 }, async () => {
  const raw: Exchange[] = []
  const witness = { ...invariants[0], inspect: (exchange: Exchange) => void raw.push(exchange) } as Invariant
  const target = await loadTarget(targetFile('leaky.ts'))
  const universe = await openUniverse({ target, world, transport: 'direct', invariants: [witness] })
  const check = checks.find(({ id }) => id === 'authorize.restores-redirect-and-state.code')
  if (check) await judge(check, universe, { seed, runs: 1 })
  await universe.close()

  const codes = raw.flatMap(({ request }) => /[?&]code=(code-[^&]+)/.exec(request.rawPath)?.[1] ?? [])
  const transcript = JSON.stringify(raw.map((one) => ({ ...one, request: { ...one.request, body: textOf(one.request) }, response: { ...one.response, body: textOf(one.response ?? {}) } }))) // prettier-ignore
  const seen = scannerFor([...ownSecrets, ...codes])(Buffer.from(transcript))
  const kinds = new Set(seen.map(({ canary, form }) => `${canary.split('-', 1)[0]} ${form}`))
  for (const kind of ['secret', 'code'])
    for (const form of [
      'raw',
      'percent-encoded',
      'percent-encoded twice in upper case',
      'base64',
      'hexadecimal',
      'escaped in JSON in JSON',
      'escaped in HTML',
      'compressed, raw',
      'lower case',
    ])
      // prettier-ignore
      expect(kinds).toContain(`${kind} ${form}`)
  expect(kinds).toContain('password raw')
})

describe('no secret stands, in whatever form, in', () => {
  const to = folder()
  const [results, html] = [join(to, 'results'), join(to, 'html')]
  const said: string[] = []
  const codes: (number | null)[] = []

  beforeAll(async () => {
    const env = { BROKERSPEC_CANARIES: given }
    const run = await brokerspec(['run', '--target', targetFile('leaky.ts'), '--seed', String(seed), '--runs', '60', '--report', to], { env }) // prettier-ignore
    const page = await brokerspec(['report', join(to, 'report.json'), '--results', results, '--allure', html])
    codes.push(run.code, page.code)
    scan = scannerFor(canaries())
    said.push(run.out, run.err, page.out, page.err)
  }, 600_000)

  let scan: ReturnType<typeof scannerFor>
  const sightings = (bytes: Uint8Array) => scan(bytes).map(({ canary, form }) => `${canary.slice(0, 14)} ${form}`)

  test('the terminal', () => {
    expect(codes).toEqual([1, 0])
    expect(sightings(Buffer.from(said.join('\n')))).toEqual([])
  })

  test.each([
    ['the JSON report', 'report.json', 1],
    ['the JUnit report', 'junit.xml', 1],
    ['the results of Allure', 'results', 80],
  ])('%s', { timeout: 300_000 }, (_, path, least) => {
    const files = filesIn(join(to, path))
    expect(files.length).toBeGreaterThanOrEqual(least)
    for (const file of files) expect([file, sightings(readFileSync(file))]).toEqual([file, []])
  })

  test('the page, nor in what is embedded in it', { timeout: 300_000 }, () => {
    const page = join(html, 'index.html')
    const embedded = embeddedIn(page)
    expect(embedded.size).toBeGreaterThanOrEqual(80)
    for (const [name, bytes] of [['the page', readFileSync(page)] as const, ...embedded])
      expect([name, sightings(bytes)]).toEqual([name, []])
  })

  test('though the broker gave away what it knew, and was caught at much', () => {
    const all = [...canaries()]
    expect(all.filter((one) => one.startsWith('code-')).length).toBeGreaterThan(50)
    const report = readFileSync(join(to, 'report.json'), 'utf8')
    const marks = new Set(report.match(/\[redacted[^\]]*\]/g))
    for (const mark of [
      '[redacted]',
      '[redacted client secret]',
      '[redacted client secret, encoded]',
      '[redacted code]',
      '[redacted code, encoded]',
    ])
      // prettier-ignore
      expect(marks).toContain(mark)
    const { verdicts } = JSON.parse(report) as { verdicts: { status: string }[] }
    expect(verdicts.filter(({ status }) => status === 'fail').length).toBeGreaterThan(5)
  })
})
