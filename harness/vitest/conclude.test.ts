import { getStatusFromError } from 'allure-js-commons/sdk'
import { describe, expect, test } from 'vitest'
import type { Account } from '../allure/account.ts'
import type { Verdict } from '../judge/verdict.ts'
import { conclude, errorOf, messageOf } from './conclude.ts'

const base = { check: 'the.check', notes: [], ms: 1 }
const words = 'AssertionError: expected 1\n    at @vitest/expect codeceptjs-expect\u001B[31m'
const failing = (grade: 'blocking' | 'advice'): Verdict => ({
  ...base,
  status: 'fail',
  grade,
  clause: 'authorize.unregistered-redirect',
  signature: 'authorize.unregistered-redirect/x',
  expected: 'this',
  actual: words,
})
const verdicts = {
  pass: { ...base, status: 'pass', cases: 1 },
  blocking: failing('blocking'),
  advice: failing('advice'),
  'not applicable': { ...base, status: 'not-applicable', missing: ['clock', 'nodes'] },
  inconclusive: { ...base, status: 'inconclusive', why: 'unreadable', message: words },
  error: { ...base, status: 'error', message: words, stack: words },
} as const satisfies Record<string, Verdict>
const thrown = (verdict: Verdict, strict = false) => errorOf(verdict, strict, 'brokerspec run --seed 7')

describe('whatever words a target uses, Allure takes', () => {
  test.each<[keyof typeof verdicts, boolean, string]>([
    ['blocking', false, 'failed'],
    ['blocking', true, 'failed'],
    ['advice', true, 'failed'],
    ['inconclusive', false, 'broken'],
    ['error', false, 'broken'],
  ])('%s (strict: %s) for %s', (name, strict, status) => {
    expect(getStatusFromError(thrown(verdicts[name], strict) ?? {})).toBe(status)
  })

  test('a plain violation for a failure, and a plain doubt for none', () => {
    const plain = { ...failing('blocking'), actual: 'that' } as Verdict
    expect(getStatusFromError(thrown(plain) ?? {})).toBe('failed')
    expect(getStatusFromError(thrown({ ...verdicts.inconclusive, message: 'reset' }) ?? {})).toBe('broken')
  })
})

test.each(['pass', 'not applicable', 'advice'] as const)('%s throws nothing', (name) => {
  expect(thrown(verdicts[name])).toBeUndefined()
})

test('nothing that is thrown carries control characters, and each says in its cause what it leaves out', () => {
  const all = ['blocking', 'inconclusive', 'error'] as const
  const errors = all.map((name) => thrown(verdicts[name])).flatMap((error) => (error ? [error, error.cause] : []))
  for (const error of errors.filter((one) => one instanceof Error))
    expect(error.message + (error.stack ?? '')).toMatch(/^[\n\u0020-\u007E]*$/)
  expect(thrown(verdicts.inconclusive)?.cause).toMatchObject({ message: expect.stringContaining('AssertionError') })
  expect(thrown(verdicts.blocking)?.stack).toContain('replay: brokerspec run --seed 7')
})

test('the message tells the kinds apart by its beginning', () => {
  const beginnings = Object.values(verdicts).map((verdict) => messageOf(verdict)?.split(/[:(]/, 1)[0]?.trim())
  expect(beginnings).toEqual([undefined, 'violation', 'advice', 'not applicable', 'inconclusive', 'error in the harness']) // prettier-ignore
})

test('a test that is not applicable is skipped with what is missing', async () => {
  const account: Account = {
    verdict: verdicts['not applicable'],
    evidence: [],
    target: { role: 'broker', name: 'b', version: '1', dialect: 'oauth2' },
    run: { transport: 'direct', seed: 7, strict: false },
    replay: '',
    waived: false,
  }
  const notes: (string | undefined)[] = []
  await conclude(account, (note) => void notes.push(note))
  expect(notes).toEqual(['not applicable: the target lacks clock, nodes'])
})
