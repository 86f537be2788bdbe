import { describe, expect, test } from 'vitest'
import { clauses } from '../fixtures/clauses/index.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import type { Outcome } from './assemble.ts'
import { assemble, exitOf } from './assemble.ts'
import { reportSchema } from './report.ts'

const redirect = 'authorize.unregistered-redirect'
const client = 'authorize.unknown-client'
const flow = 'authorize.starts-code-flow'
const check = (id: string, ...owed: [string, ...string[]]) => ({ id, clauses: owed }) as Partial<Check> as Check
const invariant = { id: 'invariant', clauses: [flow] } as Partial<Invariant> as Invariant
const catalogue = {
  checks: [check('first', redirect), check('second', redirect), check('both', client, redirect), check('flow', flow)],
  invariants: [invariant],
}

type Said = Verdict extends infer V ? (V extends Verdict ? Omit<V, 'check' | 'notes' | 'ms'> : never) : never
const fail = (grade: 'blocking' | 'advice', clause = redirect): Said => ({ status: 'fail', grade, clause, signature: `${clause}/x`, expected: 'e', actual: 'a' }) // prettier-ignore
const said = {
  fail: fail('blocking'),
  advice: fail('advice'),
  error: { status: 'error', message: 'm', stack: 's' },
  inconclusive: { status: 'inconclusive', why: 'died', message: 'm' },
  pass: { status: 'pass', cases: 2 },
  'not-applicable': { status: 'not-applicable', missing: ['clock'] },
} as const satisfies Record<string, Said>
const verdict = (id: string, what: Said, more: Partial<Verdict> = {}) =>
  ({ check: id, notes: [], ms: 1, ...what, ...more }) as Verdict

const outcome = (...verdicts: Verdict[]): Outcome => ({
  run: {
    seed: 1,
    runs: 100,
    transport: 'direct',
    strict: false,
    harness: '0.0.0',
    catalogueDigest: 'digest',
    at: '2026-01-01T00:00:00.000Z',
    invocation: 'brokerspec',
    targetFile: 'target.json',
  },
  target: {
    role: 'broker',
    name: 'a broker',
    version: '1.0',
    dialect: 'k2trust',
    profile: {},
    capabilities: new Set(['oauth', 'speaks:authorize']),
  },
  selected: catalogue.checks.map(({ id }) => id),
  verdicts,
  evidence: {},
  catalogue: { ...catalogue, checks: catalogue.checks.filter(({ id }) => verdicts.some((one) => one.check === id)) },
})
const statusOf = (id: string, ...verdicts: Verdict[]) => assemble(outcome(...verdicts)).clauses[id]

test('a clause of which only some checks were selected is not tested, unless one of them fails', () => {
  const partly = (what: Said) => assemble({ ...outcome(verdict('first', what)), catalogue }).clauses[redirect]
  expect([partly(said.pass), partly(said.advice), partly(said.fail)]).toEqual(['not-tested', 'not-tested', 'fail'])
})

describe('a clause has the worst of what its checks say', () => {
  const order = ['fail', 'error', 'inconclusive', 'advice', 'pass', 'not-applicable'] as const
  const couples = order.flatMap((worse, index) => order.slice(index).map((better) => [worse, better] as const))

  test.each(couples)('%s rather than %s', (worse, better) => {
    expect(statusOf(redirect, verdict('first', said[worse]), verdict('second', said[better]))).toBe(worse)
    expect(statusOf(redirect, verdict('first', said[better]), verdict('second', said[worse]))).toBe(worse)
  })

  test('and only the clause that was broken fails, not the others of the check', () => {
    const { clauses: statuses } = assemble(
      outcome(verdict('first', said.pass), verdict('both', fail('blocking', client))),
    )
    expect([statuses[client], statuses[redirect]]).toEqual(['fail', 'pass'])
  })

  test('while a check that passes speaks for all its clauses', () => {
    const passed = verdict('both', said.pass)
    expect([statusOf(client, passed), statusOf(redirect, passed)]).toEqual(['pass', 'pass'])
  })
})

describe('an invariant', () => {
  const broken = verdict('invariant', fail('blocking', flow))

  test('alone never makes a clause pass, but breaks it', () => {
    expect(statusOf(flow, verdict('invariant', said.pass))).toBe('not-tested')
    expect(statusOf(flow, verdict('invariant', said.inconclusive))).toBe('not-tested')
    expect(statusOf(flow, broken)).toBe('fail')
    expect(statusOf(flow, verdict('flow', said.pass), broken)).toBe('fail')
    expect(statusOf(flow, verdict('flow', said.pass), verdict('invariant', said.pass))).toBe('pass')
  })

  test('that was judged by several workers is one verdict, with all their cases and notes', () => {
    const one = verdict('invariant', said.pass, { notes: ['b', 'a'], ms: 2 })
    const other = verdict('invariant', { status: 'pass', cases: 40 }, { notes: ['a'], ms: 3 })
    expect(assemble(outcome(one, other)).verdicts).toEqual([
      { check: 'invariant', status: 'pass', cases: 42, notes: ['a', 'b'], ms: 5 },
    ])
  })

  test('is judged by those workers that saw something, and by the one that saw it broken', () => {
    const joined = (...verdicts: Verdict[]) => assemble(outcome(...verdicts)).verdicts.map(({ status }) => status)
    const [passed, idle] = [verdict('invariant', said.pass), verdict('invariant', said.inconclusive)]
    expect(joined(idle, passed)).toEqual(['pass'])
    expect(joined(passed, idle)).toEqual(['pass'])
    expect(joined(idle, passed, broken)).toEqual(['fail'])
    expect(joined(broken, verdict('invariant', said.error))).toEqual(['fail'])
  })
})

describe('a clause that nobody judged', () => {
  const report = assemble(outcome(verdict('first', said.pass)))

  test('is not applicable for want of a capability, else not tested with a reason', () => {
    const own = clauses.filter(({ role }) => role === 'broker')
    const able = ({ capabilities }: (typeof own)[number]) =>
      capabilities.every((one) => one === 'oauth' || one === 'speaks:authorize')
    const untested = own.filter((clause) => able(clause) && clause.id !== redirect).map(({ id }) => id)
    const unable = own.filter((clause) => !able(clause)).map(({ id }) => id)
    const having = (status: string) => Object.keys(report.clauses).filter((id) => report.clauses[id] === status)

    expect(having('not-tested')).toEqual(untested)
    expect(having('not-applicable')).toEqual(unable)
    expect(report.notTested.map(({ clause }) => clause)).toEqual(untested)
    expect(report.notTested.filter(({ because }) => because === '')).toEqual([])
  })

  test('is not mentioned if it is of another role', () => {
    const others = clauses.filter(({ role }) => role !== 'broker').map(({ id }) => id)
    expect(others.filter((id) => id in report.clauses)).toEqual([])
  })
})

test('a report satisfies its schema, with the verdicts in the order of the catalogue', () => {
  const report = assemble(outcome(verdict('invariant', said.pass), verdict('second', said.fail), verdict('first', said.error))) // prettier-ignore
  expect(report.verdicts.map(({ check: id }) => id)).toEqual(['first', 'second', 'invariant'])
  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
})

describe('the exit code', () => {
  const codeOf = (strict: boolean, ...statuses: (keyof typeof said)[]) =>
    exitOf(statuses.map((status, index) => verdict(String(index), said[status])), strict) // prettier-ignore

  test.each<[number, (keyof typeof said)[]]>([
    [0, ['pass']],
    [0, ['pass', 'not-applicable']],
    [0, ['pass', 'advice']],
    [1, ['pass', 'fail', 'error', 'inconclusive']],
    [3, ['pass', 'error', 'inconclusive', 'advice']],
    [2, ['pass', 'inconclusive', 'advice']],
    [2, ['not-applicable', 'not-applicable']],
  ])('is %i for %j', (code, statuses) => {
    expect(codeOf(false, ...statuses)).toBe(code)
    expect(codeOf(false, ...statuses.toReversed())).toBe(code)
  })

  test('is 1 for advice under --strict, and not otherwise', () => {
    expect([codeOf(true, 'pass', 'advice'), codeOf(true, 'error', 'advice'), codeOf(true, 'pass')]).toEqual([1, 1, 0])
  })

  test('is 3 when something went wrong outside of any check, but for a blocking failure', () => {
    const outside = ['process.exit(0) was called']
    const codeBeside = (status: keyof typeof said) =>
      assemble({ ...outcome(verdict('first', said[status])), outside }).exit
    expect([codeBeside('pass'), codeBeside('inconclusive'), codeBeside('fail')]).toEqual([3, 3, 1])
    expect(assemble({ ...outcome(verdict('first', said.pass)), outside }).outside).toEqual(outside)
  })

  test('stands in the report', () => {
    expect(assemble(outcome(verdict('first', said.inconclusive))).exit).toBe(2)
    const strict = outcome(verdict('first', said.advice))
    expect(assemble({ ...strict, run: { ...strict.run, strict: true } }).exit).toBe(1)
  })
})
