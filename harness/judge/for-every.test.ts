import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Inconclusive, Violation } from './blame.ts'
import { trial } from './for-every.ts'

const broken = (kind: string) => new Violation(kind, { expected: 'this', actual: 'that' })
const numbers = fc.integer({ min: 0, max: 1_000_000 })
const seeds = Array.from({ length: 25 }, (_, seed) => seed)
const usual = { seed: 1, runs: 50, shrinks: 300 }

test('a property that holds is tried as often as asked, and nothing is found', async () => {
  const tried: number[] = []
  const found = await trial(numbers, usual, async (value) => void tried.push(value))
  expect(found).toBeUndefined()
  expect(tried).toHaveLength(50)
})

test('the smallest value that fails is found, with its violation', async () => {
  const found = await trial(numbers, usual, async (value) => {
    if (value >= 1_000) throw new Violation('big', { expected: 'less', actual: String(value) })
  })
  expect(found).toMatchObject({ value: 1_000, violation: { kind: 'big', actual: '1000' } })
})

test('the same seed finds the same value on the same path, and the path alone finds it again', async () => {
  const holds = async (value: number) => {
    if (value % 7 === 3) throw broken('three')
  }
  for (const seed of seeds) {
    const found = await trial(numbers, { ...usual, seed }, holds)
    expect(await trial(numbers, { ...usual, seed }, holds)).toEqual(found)
    const path = found?.path ?? ''
    expect(await trial(numbers, { ...usual, seed, path }, holds)).toEqual(found)
  }
})

describe('while the value is made smaller', () => {
  test('a violation of another kind never takes the place of the first', async () => {
    for (const seed of seeds) {
      const found = await trial(numbers, { ...usual, seed }, async (value) => {
        if (value >= 5_000) throw broken('A')
        if (value > 0) throw broken('B')
      })
      const first = found && found.value >= 5_000 ? 'A' : 'B'
      expect(found?.violation.kind).toBe(first)
    }
    const big = fc.integer({ min: 4_000, max: 1_000_000 })
    const kinds: string[] = []
    const found = await trial(big, usual, async (value) => {
      kinds.push(value >= 5_000 ? 'A' : 'B')
      throw broken(kinds.at(-1) ?? '')
    })
    expect(kinds.slice(0, 1)).toEqual(['A'])
    expect(kinds).toContain('B')
    expect(found).toMatchObject({ value: 5_000, violation: { kind: 'A' } })
  })

  test.each([
    ['Inconclusive', () => new Inconclusive('unreadable', 'connection reset')],
    ['an error of ours', () => new TypeError('our mistake')],
  ])('%s never takes the place of the violation', async (_, other) => {
    let others = 0
    const found = await trial(fc.integer({ min: 4_000, max: 1_000_000 }), usual, async (value) => {
      if (value >= 5_000) throw broken('A')
      others += 1
      throw other()
    })
    expect(found).toMatchObject({ value: 5_000, violation: { kind: 'A' } })
    expect(others).toBeGreaterThan(0)
  })

  test.each([0, 1, 7])('no more than %i values are tried', async (shrinks) => {
    let after = 0
    let failed = false
    await trial(numbers, { ...usual, shrinks }, async (value) => {
      if (failed) after += 1
      failed ||= value > 10
      if (value > 10) throw broken('A')
    })
    expect(after).toBe(shrinks)
  })
})

test.each([
  ['Inconclusive', new Inconclusive('deadline', 'no answer')],
  ['an error of ours', new TypeError('our mistake')],
])('%s before any violation ends the trial at once and is thrown on', async (_, cause) => {
  let tried = 0
  const trying = trial(numbers, usual, async () => {
    tried += 1
    if (tried === 3) throw cause
  })
  await expect(trying).rejects.toBe(cause)
  expect(tried).toBe(3)
})
