import { Status } from 'allure-js-commons'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { brokerChecks as checks, invariants } from '../suites/index.ts'
import { worldOf } from '../fixtures/world/world.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import { secretsOf } from '../harness/record/redact.ts'
import { scannerFor } from './canaries.ts'
import { folder, targetFile } from './cli/command.ts'
import { ownProject } from './own-project.ts'

describe("Allure's reporter in a vitest project of a user's own", () => {
  const given = join(folder(), 'given.txt')
  let run: Awaited<ReturnType<typeof ownProject>>
  beforeAll(async () => {
    run = await ownProject({ target: targetFile('leaky.ts'), seed: 4, runs: 60 }, { BROKERSPEC_CANARIES: given })
  }, 600_000)

  test('has a result for every check and invariant, under its id', () => {
    const ids = [...checks, ...invariants].map(({ id }) => id)
    expect(new Set(run.results.keys())).toEqual(new Set(ids))
  })

  test.each([
    ['authorize.starts-code-flow.request', 'passed', /^a valid request goes on/],
    ['authorize.client-not-oauth.sign-in-only', 'failed', /client/],
    ['authorize.starts-code-flow.no-secret-in-url', 'failed', /^no URL ever/],
    ['authorize.unregistered-redirect.exact-match', 'passed', /^advice: /],
    ['authorize.callback-unknown.expired', 'skipped', /^a request that was begun/],
  ])('%s: %s', (check, status, name) => {
    expect(run.results.get(check)).toMatchObject({ status, name: expect.stringMatching(name) })
  })

  test('has the sequence and the exchanges of each failure, its own and no others', () => {
    const failed = [...run.results.values()].filter(({ status }) => status === Status.FAILED)
    expect(failed.length).toBeGreaterThan(5)
    for (const { testCaseId, steps, statusDetails } of failed) {
      expect(statusDetails.trace).toContain('replay: npx brokerspec run --target test/targets/leaky.ts --seed 4')
      const [sequence] = steps.flatMap(({ attachments }) => attachments ?? [])
      expect(sequence?.type).toBe('image/svg+xml')
      expect(readFileSync(join(run.folder, sequence?.source ?? ''), 'utf8')).toContain(`<title>${testCaseId}</title>`)
      const exchanges = steps.flatMap(({ steps: below }) => below ?? []).flatMap(({ attachments }) => attachments ?? [])
      expect(exchanges.length).toBeGreaterThan(0)
      expect(new Set(exchanges.map(({ type }) => type))).toEqual(new Set(['application/vnd.allure.http+json']))
    }
  })

  test('is told no secret, and neither is the terminal', () => {
    const codes = readFileSync(given, 'utf8').trim().split('\n')
    expect(codes.length).toBeGreaterThan(100)
    const scan = scannerFor([...secretsOf(worldOf(4, checks, {} as Keyring)).keys(), ...codes])
    expect(scan(Buffer.from(run.out))).toEqual([])
    for (const name of readdirSync(run.folder))
      expect([name, scan(readFileSync(join(run.folder, name)))]).toEqual([name, []])
  })
})

test('a target that cannot be started is broken, whatever it printed', { timeout: 300_000 }, async () => {
  const [check = ''] = checks.map(({ id }) => id)
  const made = join(folder(), 'target.json')
  const program = 'console.error("AssertionError: expected a database"); process.exit(1)'
  const launched = { command: ['{node}', '-e', program], ready: { path: '/health' } }
  writeFileSync(made, JSON.stringify({ schema: 1, role: 'broker', subject: { name: 'b', version: '1' }, capabilities: ['oauth'], attach: launched })) // prettier-ignore
  const { out, results } = await ownProject({ target: made, transport: 'https', checks: [check] })
  expect(results.get(check)).toMatchObject({
    status: 'broken',
    statusDetails: { message: 'inconclusive (undelivered)' },
  })
  expect(results.get(check)?.description).toContain('AssertionError: expected a database')
  expect(out).toContain('AssertionError: expected a database')
})
