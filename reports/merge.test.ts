import { describe, expect, test } from 'vitest'
import type { Check, Invariant } from '../harness/judge/check.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import type { Evidence } from '../harness/record/exchange.ts'
import type { Outcome } from './assemble.ts'
import { assemble } from './assemble.ts'
import { merge, MergeError } from './merge.ts'
import type { Report } from './report.ts'

const clause = 'authorize.unregistered-redirect'
const ids = ['one', 'two', 'three']
const catalogue = {
  checks: ids.map((id) => ({ id, clauses: [clause] }) as Partial<Check> as Check),
  invariants: [{ id: 'invariant', clauses: ['authorize.starts-code-flow'] } as Partial<Invariant> as Invariant],
}
const passed = (check: string, cases = 1): Verdict => ({ check, notes: [], ms: 1, status: 'pass', cases })
const failed: Verdict = {
  check: 'two',
  notes: ['a note'],
  ms: 2,
  status: 'fail',
  grade: 'blocking',
  clause,
  signature: `${clause}/x`,
  expected: 'e',
  actual: 'a',
}
const exchange: Evidence = {
  n: 1,
  check: 'two',
  phase: 'run',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 0,
  request: { method: 'GET', url: 'https://broker.test/', headers: [] },
}

type Part = { verdicts: Verdict[]; evidence?: Record<string, Evidence[]>; shard?: [number, number]; at?: string }
const report = ({ verdicts, evidence = {}, shard, at = '2026-01-01T00:00:00.000Z' }: Part): Report => {
  const run: Outcome['run'] = {
    seed: 1,
    runs: 100,
    ...(shard && { shard }),
    transport: 'direct',
    strict: false,
    harness: '0.0.0',
    catalogueDigest: 'digest',
    at,
    invocation: 'brokerspec',
    targetFile: 'target.json',
  }
  const target: Outcome['target'] = {
    role: 'broker',
    name: 'a broker',
    version: '1.0',
    dialect: 'k2trust',
    profile: { skew: 600 },
    capabilities: new Set(['oauth', 'speaks:authorize']),
  }
  return assemble({ run, target, selected: ids, verdicts, evidence, catalogue })
}
const later = '2026-01-01T00:00:09.000Z'
const first = report({ verdicts: [passed('three'), passed('invariant', 5)], shard: [1, 2], at: later })
const second = report({
  verdicts: [passed('one'), failed, passed('invariant', 7)],
  evidence: { two: [exchange] },
  shard: [2, 2],
})
const whole = report({
  verdicts: [passed('one'), failed, passed('three'), passed('invariant', 12)],
  evidence: { two: [exchange] },
})

describe('the reports of all shards', () => {
  test('make the report of one run, in whatever order they come', () => {
    const joined = { ...whole, verdicts: whole.verdicts.map((one) => (one.check === 'invariant' ? { ...one, ms: 2 } : one)) } // prettier-ignore
    expect(merge([first, second], catalogue)).toEqual(joined)
    expect(merge([second, first], catalogue)).toEqual(joined)
  })

  test('may be one, and stay as they are', () => {
    expect(merge([whole], catalogue)).toEqual(whole)
  })
})

describe('reports that do not belong together are refused, and the reason is named:', () => {
  const changed = (part: { run?: object; target?: object; selected?: string[] }): Report => ({
    ...second,
    ...part,
    run: { ...second.run, ...part.run },
    target: { ...second.target, ...part.target },
  })
  const refusal = (...reports: Report[]) => {
    try {
      merge(reports, catalogue)
    } catch (cause) {
      if (cause instanceof MergeError) return cause.message
      throw cause
    }
    throw new TypeError('they were merged')
  }

  test.each<[string, Report]>([
    ['the seed is 1 in one and 2 in another', changed({ run: { seed: 2 } })],
    ['the number of runs is 100 in one and 1000 in another', changed({ run: { runs: 1_000 } })],
    ['the transport', changed({ run: { transport: 'https' } })],
    ['--strict', changed({ run: { strict: true } })],
    ['the version of brokerspec', changed({ run: { harness: '0.0.1' } })],
    ['the catalogue', changed({ run: { catalogueDigest: 'other' } })],
    ['the number of shards', changed({ run: { shard: [2, 3] } })],
    ['the target', changed({ target: { version: '2.0' } })],
    ['the target', changed({ target: { profile: { skew: 0 } } })],
    ['the selection', changed({ selected: ['one'] })],
  ])('%s', (reason, other) => {
    expect(refusal(first, other)).toContain(reason)
  })

  test('a check is missing', () => {
    expect(refusal(first)).toBe('judged by no shard: one, two')
  })

  test('a check was judged twice', () => {
    expect(refusal(first, second, second)).toBe('judged twice: one, two')
  })

  test('there is none', () => {
    expect(refusal()).toBe('there is no report to merge')
    expect(refusal({ ...first, selected: [], verdicts: [] })).toBe('no check was selected, and nothing was judged')
  })
})
