import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKeyring } from '../../fixtures/world/world.ts'
import type { Verdict } from '../../harness/judge/verdict.ts'
import type { Launcher } from '../../harness/launch/launcher.ts'
import { openLauncher } from '../../harness/launch/launcher.ts'
import { brokerspec, folder } from '../../test/cli/command.ts'
import { shareOf } from '../../test/share.ts'
import { javaCompiles, oracles } from '../../test/oracles/oracles.ts'
import { brokerChecks as checks } from '../../suites/index.ts'
import type { Held } from './trial.ts'
import { sideOf, verdictsWith, withBug } from './trial.ts'

const here = import.meta.dirname
const python = spawnSync('python3', ['--version']).status === 0
if (!python && process.env['BROKERSPEC_REQUIRE_ALL']) throw new Error('python3 is missing')
/** Without a JDK the broker has no XML signatures: its side of signing in is not tried, by name. */
const { java } = oracles
const timeout = 240_000
const seed = 1

type Bug = { bug: string; side: ReturnType<typeof sideOf>; clauses: string[] }
const bugs = python
  ? (JSON.parse(execFileSync('python3', [join(here, 'broker.py'), '--list-bugs'], { encoding: 'utf8' })) as Bug[])
  : []
/** For the honest broker the verdict of every check, for each bug the checks that fail, and how hard. */
const expected = JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8')) as {
  honest: Record<string, Verdict['status']>
  bugs: Record<string, Record<string, 'blocking' | 'advice'>>
}

/** With this in the environment every check of its side is held against a bug, which takes half an hour. */
const everyCheck = process.env['BROKERSPEC_EVERY_CHECK'] !== undefined
/**
 * Of the checks that a bug should pass, one in so many is held against it: others for each bug, and the same each time. Of races none,
 * since who comes first differs from one time to another.
 */
const oneIn = { oauth: 6, 'app-only': 6, 'sign-in': 24 }
const isRace = (id: string) => id.endsWith('.race')
const isDrawn = ({ bug, side }: Bug, id: string) =>
  (createHash('sha256').update(`${bug} ${id}`).digest()[0] ?? 0) % oneIn[side] === 0

/**
 * What is held against a bug: the checks that should fail, with enough cases to catch it for each seed that was tried (where
 * redirect URIs are compared, twice as many as there are kinds of near miss, so that each kind is made from two of the
 * registered ones; of histories, which are one in ten, many), and some or all of the others of its side, with few.
 */
const heldAgainst = (one: Bug): Held[] => {
  const { bug, side } = one
  return checks.flatMap((check) => {
    if (expected.bugs[bug]?.[check.id] === undefined) {
      return sideOf(check.id) === side && !isRace(check.id) && (everyCheck || isDrawn(one, check.id))
        ? [{ check, runs: 1 }]
        : []
    }
    if (check.id.endsWith('history')) return [{ check, runs: 240 }]
    const compares = ['authorize.unregistered-redirect', 'token.unregistered-redirect'].some((id) =>
      check.clauses.includes(id),
    )
    return [{ check, runs: compares ? 120 : 60 }]
  })
}
/** Whether a bug shows only where users can sign in. */
const needsSignIn = ({ bug, side }: Bug) =>
  [side, ...Object.keys(expected.bugs[bug] ?? {}).map(sideOf)].includes('sign-in')

/** What fails, and how hard. A check whose control is broken says nothing. */
const failing = (verdicts: readonly Verdict[]) =>
  Object.fromEntries(verdicts.flatMap((verdict) => (verdict.status === 'fail' ? [[verdict.check, verdict.grade]] : [])))
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
const without = (side: Bug['side']) => !java && side === 'sign-in'

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
    const args = ['run', '--strict', '--seed', String(seed), '--runs', '30', '--target', await targetFile()]
    const { code, report } = await brokerspec(args)
    const owed = Object.entries(expected.honest).map(([id, status]) => [
      id,
      without(sideOf(id)) ? 'not-applicable' : status,
    ])
    expect(Object.fromEntries(report().verdicts.map(({ check, status }) => [check, status]))).toEqual(
      Object.fromEntries(owed),
    )
    expect(code).toBe(0)
  })

  test('has bugs of which every check and every invariant catches one', () => {
    expect(Object.keys(expected.bugs)).toEqual(bugs.map(({ bug }) => bug))
    const caught = new Set(Object.values(expected.bugs).flatMap((of) => Object.keys(of)))
    const judged = Object.keys(expected.honest).filter((id) => expected.honest[id] === 'pass')
    expect([...caught].toSorted()).toEqual(judged.toSorted())
  })

  /** All of them in `npm run prove`; every second one, of those of each side, in `npm test`. */
  test.concurrent.for(bugs.filter((_, index) => index % shareOf(1, 2) === 0))(
    'with $bug, the clauses that it breaks fail, by the expected checks and no other that is held against it',
    { timeout },
    async (one, { skip }) => {
      const { bug, clauses } = one
      if (!open.launcher) throw new TypeError('the launcher is not open')
      if (!java && needsSignIn(one)) skip('needs a JDK')
      const trial = { keyring: await keyring, launcher: open.launcher, classes, seed }
      const verdicts = await verdictsWith(bug, heldAgainst(one), trial)
      expect(broken(verdicts)).toEqual(clauses.toSorted())
      expect(failing(verdicts)).toEqual(expected.bugs[bug])
    },
  )

  test('with a bug, the command line says the same', { timeout }, async () => {
    const bug = 'client-key-error'
    const file = join(folder(), 'target.json')
    const { directory: cwd, attach, ...target } = await withBug(bug, classes)
    writeFileSync(file, JSON.stringify({ ...target, attach: { ...attach, cwd } }))
    const only = 'authorize.unknown-client,authorize.client-before-redirect,errors.client-faults-are-4xx.authorize'
    const args = ['run', '--seed', String(seed), '--runs', '24', '--only', only, '--target', file]
    const { code, report } = await brokerspec(args)
    expect(failing(report().verdicts as Verdict[])).toEqual(expected.bugs[bug])
    expect(code).toBe(1)
  })
})
