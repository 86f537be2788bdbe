import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { single } from '../../fixtures/world/slice.ts'
import { Violation } from './blame.ts'
import type { Check, Context } from './check.ts'
import type { Judging } from './judge.ts'
import { judge } from './judge.ts'
import { room } from '../../test/empty-room.ts'

const check: Omit<Check, 'run'> = {
  id: 'replay.test',
  title: 'it comes back',
  sends: 'nothing',
  owes: 'nothing',
  clauses: ['authorize.unregistered-redirect'],
  needs: { capabilities: [], shape: single, scope: 'slice' },
  kills: ['broker.accepts-any-redirect-uri'],
  control: async () => undefined,
}
const judged = async (run: Check['run'], judging: Partial<Judging> = {}) => {
  const verdict = await judge({ ...check, run }, room, { seed: 1, runs: 50, ...judging })
  return verdict.status === 'fail' ? verdict.counterexample : verdict
}
const replayOf = (path = '') => {
  const [label = '', ...rest] = path.split('/')
  return { label, path: rest.join('/') }
}
const broken = () => new Violation('broken', { expected: 'this', actual: 'that' })

describe('a counterexample of a property', () => {
  const values = fc.array(fc.record({ text: fc.string(), count: fc.nat() }))
  const tried: string[] = []
  const run = async ({ forEvery, runs }: Context) => {
    await forEvery('harmless', fc.nat(), runs, async () => void tried.push('harmless'))
    await forEvery('harmful', values, runs, async (value) => {
      tried.push('harmful')
      if (value.some(({ text, count }) => text.length > 2 && count % 3 === 1)) throw broken()
    })
  }
  const found = async (judging: Partial<Judging>) => {
    const counterexample = await judged(run, judging)
    if (counterexample === undefined || !('path' in counterexample)) throw new TypeError('nothing was found')
    return counterexample
  }

  test.each(Array.from({ length: 10 }, (_, seed) => seed))(
    'comes back from its path alone, with seed %i',
    async (seed) => {
      const counterexample = await found({ seed })
      expect(counterexample).toMatchObject({ seed, path: expect.stringMatching(/^harmful\/\d/) })
      tried.length = 0
      expect(await found({ seed, replay: replayOf(counterexample.path) })).toEqual(counterexample)
      expect(tried).not.toContain('harmless')
    },
  )

  test('is the same for the same seed, and another for another', async () => {
    expect(await found({ seed: 3 })).toEqual(await found({ seed: 3 }))
    const budget = { checkMs: 10_000, shrinks: 0 }
    expect(await found({ seed: 3, budget })).not.toEqual({ ...(await found({ seed: 4, budget })), seed: 3 })
  })
})

describe('a counterexample among examples', () => {
  const tried: string[] = []
  const run = async ({ each }: Context) =>
    each(['a', 'b', 'c', 'd'], async (example) => {
      tried.push(example)
      if (example === 'c') throw broken()
    })

  test('is cited by its place, and comes back alone', async () => {
    const counterexample = { value: 'c', seed: 1, path: 'example/2' }
    expect(await judged(run)).toEqual(counterexample)
    tried.length = 0
    expect(await judged(run, { replay: replayOf('example/2') })).toEqual(counterexample)
    expect(tried).toEqual(['c'])
  })

  test('may hold by now, and then passes with its one case', async () => {
    expect(await judged(run, { replay: replayOf('example/0') })).toMatchObject({ status: 'pass', cases: 1 })
  })
})

test('a replay that names nothing in the check is an error, and not a pass', async () => {
  const run = async ({ each }: Context) => each(['a'], async () => undefined)
  expect(await judged(run, { replay: replayOf('unknown/0') })).toMatchObject({ status: 'error' })
})

test('every case is announced, and of a property the last that still fails is pinned', async () => {
  const told: string[] = []
  const run = async ({ each, forEvery }: Context) => {
    await each([1, 2], async () => undefined)
    await forEvery('numbers', fc.nat(), 50, async (value) => {
      told.push(String(value))
      if (value > 100) throw broken()
    })
  }
  const telling = { ...room, beginCase: () => void told.push('begin'), pinCase: () => void told.push('pin') }
  await judge({ ...check, run }, telling, { seed: 1, runs: 50 })
  expect(told.slice(0, 3)).toEqual(['begin', 'begin', 'begin'])
  expect(told.filter((word) => word === 'begin')).toHaveLength(2 + told.filter((word) => /^\d/.test(word)).length)
  expect(told[told.lastIndexOf('pin') - 1]).toBe('101')
})
