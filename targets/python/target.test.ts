import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../reports/report.ts'
import { brokerspec } from '../../test/cli/command.ts'

const here = import.meta.dirname
const python = spawnSync('python3', ['--version']).status === 0
if (!python && process.env['BROKERSPEC_REQUIRE_ALL']) throw new Error('python3 is missing')
const timeout = 120_000

type Bug = { bug: string; clauses: string[] }
const bugs = python
  ? (JSON.parse(execFileSync('python3', [join(here, 'broker.py'), '--list-bugs'], { encoding: 'utf8' })) as Bug[])
  : []
const honest = JSON.parse(readFileSync(join(here, 'target.json'), 'utf8')) as {
  $schema: string
  attach: { command: string[] }
}

const failing = ({ clauses }: Report) =>
  Object.keys(clauses)
    .filter((id) => clauses[id] === 'fail')
    .toSorted()
const judged = ({ clauses }: Report) =>
  Object.keys(clauses).filter((id) => ['pass', 'fail', 'advice'].includes(clauses[id] ?? ''))

describe.skipIf(!python)('the broker in Python, which needs python3', () => {
  test('passes its own tests', { timeout }, () => {
    expect(spawnSync('python3', ['-m', 'unittest', 'test_broker'], { cwd: here }).status).toBe(0)
  })

  test('passes every check that it can, but for one piece of advice', { timeout }, async () => {
    const { code, report } = await brokerspec(['run', '--seed', '1', '--target', join(here, 'target.json')])
    expect(code).toBe(0)
    const others = report().verdicts.filter(({ status }) => status !== 'pass')
    expect(others.map((verdict) => [verdict.check, 'grade' in verdict ? verdict.grade : verdict.status])).toEqual([
      ['authorize.callback-unknown.other-browser', 'advice'],
      ['authorize.callback-unknown.expired', 'not-applicable'],
    ])
  })

  test('has eight bugs of its own', () => expect(bugs).toHaveLength(8))

  test.for(bugs)('with $bug, exactly the clauses that it breaks fail', { timeout }, async ({ bug, clauses }) => {
    const file = join(mkdtempSync(join(tmpdir(), 'brokerspec-test-')), 'target.json')
    const { $schema: _, ...target } = honest
    const [program = '', script = '', ...options] = target.attach.command
    writeFileSync(
      file,
      JSON.stringify({
        ...target,
        attach: { ...target.attach, command: [program, join(here, script), ...options, '--bug', bug] },
      }),
    )
    const { code, report } = await brokerspec(['run', '--seed', '1', '--target', file])
    expect([code, failing(report())]).toEqual([1, clauses.filter((id) => judged(report()).includes(id)).toSorted()])
  })
})
