import { expect, test } from 'vitest'
import { single } from '../../fixtures/world/slice.ts'
import { Inconclusive } from './blame.ts'
import type { Check, Context } from './check.ts'
import { judge } from './judge.ts'
import { room } from '../../test/empty-room.ts'

const checkMs = 30
const judged = (changed: Pick<Check, 'control' | 'run'>) =>
  judge(
    {
      id: 'deadline.test',
      title: 'it is done in time',
      sends: 'nothing',
      owes: 'nothing',
      clauses: ['authorize.unregistered-redirect'],
      needs: { capabilities: [], shape: single, scope: 'slice' },
      kills: ['broker.accepts-any-redirect-uri'],
      ...changed,
    },
    room,
    { seed: 1, runs: 10, budget: { checkMs, shrinks: 10 } },
  )
const hangs = () => new Promise<void>(() => undefined)
const works = async () => undefined
const oneCase = async ({ each }: Context) => each(['case'], works)
const worksOnce = (then: () => Promise<void>) => {
  let asked = 0
  return () => {
    asked += 1
    return asked > 1 ? then() : works()
  }
}

test('a run that hangs is given up within its budget, and told so by the signal', async () => {
  const signals: AbortSignal[] = []
  const run = ({ signal }: Context) => {
    signals.push(signal)
    return hangs()
  }
  const verdict = await judged({ control: works, run })
  expect(verdict).toMatchObject({ status: 'inconclusive', why: 'deadline' })
  expect(verdict.ms).toBeGreaterThanOrEqual(checkMs - 5)
  expect(verdict.ms).toBeLessThan(checkMs + 1_000)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})

test('a control that hangs leaves nothing to judge', async () => {
  expect(await judged({ control: hangs, run: oneCase })).toMatchObject({ status: 'inconclusive', why: 'control' })
})

test('a target that hangs for good has died, whether or not the run was through', async () => {
  const died = { status: 'inconclusive', why: 'died' }
  expect(await judged({ control: worksOnce(hangs), run: hangs })).toMatchObject(died)
  expect(await judged({ control: worksOnce(hangs), run: oneCase })).toMatchObject(died)
})

test('what a run throws after its deadline changes nothing', async () => {
  const run = ({ signal }: Context) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Inconclusive('unreadable', 'too late')))
    })
  expect(await judged({ control: works, run })).toMatchObject({ why: 'deadline' })
})

test('a run that is done in time is not aborted', async () => {
  const signals: AbortSignal[] = []
  await judged({ control: async ({ signal }) => void signals.push(signal), run: oneCase })
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
})
