import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeUniverseClock } from './universe-clock.ts'

const real = { now: 1_000_000 }
beforeEach(() => {
  real.now = 1_000_000
  vi.spyOn(Date, 'now').mockImplementation(() => real.now)
})
afterEach(() => void vi.restoreAllMocks())

test('the clock runs with real time plus all it was moved by, and back to real time when reset', async () => {
  const clock = makeUniverseClock()
  await clock.advance(600_000)
  await clock.advance(-100_000)
  real.now += 5
  expect(clock.now()).toBe(1_500_005)
  await clock.reset()
  expect(clock.now()).toBe(1_000_005)
})

test('the target is taken along on every move, to the very same instant', async () => {
  const told: number[] = []
  const clock = makeUniverseClock(async (now) => void told.push(now))
  await clock.advance(600_000)
  expect(told).toEqual([clock.now()])
  await clock.reset()
  expect(told).toEqual([1_600_000, 1_000_000])
})

test('a move waits until the target has followed, and fails when it does not', async () => {
  const following = Promise.withResolvers<void>()
  const clock = makeUniverseClock(() => following.promise)
  const moved = clock.advance(1)
  following.reject(new Error('the target stands still'))
  await expect(moved).rejects.toThrow('the target stands still')
})
