import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKeyring } from '../../fixtures/world/world.ts'
import type { Check } from '../../harness/judge/check.ts'
import type { Verdict } from '../../harness/judge/verdict.ts'
import type { Launcher } from '../../harness/launch/launcher.ts'
import { openLauncher } from '../../harness/launch/launcher.ts'
import { brokerspec, folder } from '../../test/cli/command.ts'
import { javaCompiles, oracles } from '../../test/oracles/oracles.ts'
import { isOauth, verdictsWith, withBug } from './trial.ts'

const here = import.meta.dirname
const python = spawnSync('python3', ['--version']).status === 0
if (!python && process.env['BROKERSPEC_REQUIRE_ALL']) throw new Error('python3 is missing')
/** Without a JDK the broker has no XML signatures: its side of signing in is not tried, by name. */
const { java } = oracles
const timeout = 240_000
const seed = 1

type Bug = { bug: string; clauses: string[] }
const bugs = python
  ? (JSON.parse(execFileSync('python3', [join(here, 'broker.py'), '--list-bugs'], { encoding: 'utf8' })) as Bug[])
  : []
/** For the honest broker the verdict of every check, for each bug the checks that do not pass: how hard they fail, or why not. */
const expected = JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8')) as {
  honest: Record<string, Verdict['status']>
  bugs: Record<string, Record<string, 'blocking' | 'advice' | 'inconclusive'>>
}

/**
 * How many cases of a check's properties. Of a clause that is broken, enough to catch every bug for each seed that was
 * tried; where redirect URIs are compared, twice as many as there are kinds of near miss, so that each kind is made from
 * two of the registered ones. The checks of all other clauses pass, and a few will do: with 60 they passed as well. A
 * sign-in takes its time, and two will do.
 */
const runsFor =
  (broke: readonly string[]) =>
  ({ clauses }: Check) => {
    if (!clauses.some((clause) => broke.includes(clause))) return isOauth(clauses[0]) ? 12 : 4
    return clauses.includes('authorize.unregistered-redirect') ? 120 : 60
  }

/** What does not pass. Of a sign-in that never succeeds, checks whose control it is say nothing. */
const failing = (verdicts: readonly Verdict[]) =>
  Object.fromEntries(
    verdicts
      .filter(({ status }) => status !== 'pass' && status !== 'not-applicable')
      .map((verdict) => [verdict.check, verdict.status === 'fail' ? verdict.grade : verdict.status]),
  )
const broken = (verdicts: readonly Verdict[]) =>
  [...new Set(verdicts.flatMap((verdict) => (verdict.status === 'fail' ? [verdict.clause] : [])))].toSorted()

/** The target file, or what is left of it without a JDK. */
const targetFile = async (): Promise<string> => {
  if (java) return join(here, 'target.json')
  const { directory: cwd, attach, ...target } = await withBug()
  const file = join(folder(), 'target.json')
  const dialect = { extends: 'k2trust', signIn: null, signOut: null, metadata: null }
  writeFileSync(file, JSON.stringify({ ...target, dialect, attach: { ...attach, cwd } }))
  return file
}
const without = (id: string) => !java && !isOauth(id)

describe.skipIf(!python)('the broker in Python, which needs python3', () => {
  const open: { launcher?: Launcher } = {}
  const keyring = makeKeyring()
  const classes = folder()
  beforeAll(async () => {
    open.launcher = await openLauncher()
    if (java) javaCompiles(join(here, 'Signer.java'), classes)
  }, timeout)
  afterAll(() => open.launcher?.close())

  test('passes its own tests', { timeout }, () => {
    const { status, stderr } = spawnSync('python3', ['-B', '-m', 'unittest'], { cwd: here, encoding: 'utf8' })
    expect(stderr).toContain('OK')
    expect(status).toBe(0)
  })

  test('gets the expected verdict of every check', { timeout }, async () => {
    const args = ['run', '--strict', '--seed', String(seed), '--target', await targetFile()]
    const { code, report } = await brokerspec(args)
    const owed = Object.entries(expected.honest).map(([id, status]) => [id, without(id) ? 'not-applicable' : status])
    expect(Object.fromEntries(report().verdicts.map(({ check, status }) => [check, status]))).toEqual(
      Object.fromEntries(owed),
    )
    expect(code).toBe(0)
  })

  test('has bugs of which every check and every invariant catches one', () => {
    expect(Object.keys(expected.bugs)).toEqual(bugs.map(({ bug }) => bug))
    const fails = (grade: string) => grade !== 'inconclusive'
    const caught = new Set(
      Object.values(expected.bugs).flatMap((of) => Object.keys(of).filter((check) => fails(of[check] ?? ''))),
    )
    const judged = Object.keys(expected.honest).filter((id) => expected.honest[id] === 'pass')
    expect([...caught].toSorted()).toEqual(judged.toSorted())
  })

  test.concurrent.for(bugs)(
    'with $bug, exactly the clauses that it breaks fail, by exactly the expected checks',
    { timeout },
    async ({ bug, clauses }, { skip }) => {
      if (!open.launcher) throw new TypeError('the launcher is not open')
      if (clauses.some(without)) skip('needs a JDK')
      const trial = { keyring: await keyring, launcher: open.launcher, classes, seed, runs: runsFor(clauses) }
      const verdicts = await verdictsWith(bug, clauses, trial)
      expect(broken(verdicts)).toEqual(clauses.toSorted())
      expect(failing(verdicts)).toEqual(expected.bugs[bug])
    },
  )

  test('with a bug, the command line says the same', { timeout }, async () => {
    const bug = 'client-key-error'
    const file = join(folder(), 'target.json')
    const { directory: cwd, attach, ...target } = await withBug(bug, classes)
    writeFileSync(file, JSON.stringify({ ...target, attach: { ...attach, cwd } }))
    const args = ['run', '--seed', String(seed), '--runs', '24', '--only', 'authorize', '--target', file]
    const { code, report } = await brokerspec(args)
    expect(failing(report().verdicts as Verdict[])).toEqual(expected.bugs[bug])
    expect(code).toBe(1)
  })
})
