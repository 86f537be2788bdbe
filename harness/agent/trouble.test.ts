import { describe, expect, test } from 'vitest'
import type { Wire, WireRequest } from '../../protocols/wire.ts'
import { textResponse } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'
import type { Exchange } from '../record/exchange.ts'
import { makeBrowser } from './browser.ts'

const request: WireRequest = { method: 'GET', origin: 'https://broker.test', rawPath: '/', headers: [] }

/** What a browser says of a wire: what it threw, what it recorded, and how long that took. */
const openOn = async (wire: Wire, signal = new AbortController().signal) => {
  const recorded: Exchange[] = []
  const began = performance.now()
  const browser = makeBrowser({
    wire,
    actorAt: () => 'target',
    record: (exchange) => {
      const one: Exchange = { ...exchange, n: recorded.length, check: null, phase: 'run', at: 0 }
      recorded.push(one)
      return one
    },
    signal,
    clock: { now: () => Date.now() },
    requestMs: 30,
  })
  const thrown = await browser.go(request).catch((cause: unknown) => cause)
  return { thrown, recorded, ms: performance.now() - began }
}

describe('the browser is in doubt, and the transcript shows why,', () => {
  test('when the wire hangs longer than an answer may take', async () => {
    const { thrown, recorded, ms } = await openOn(() => new Promise(() => undefined))
    expect(thrown).toBeInstanceOf(Inconclusive)
    expect(thrown).toMatchObject({ why: 'deadline', message: 'no answer within 30 ms' })
    expect(recorded).toMatchObject([{ request: { rawPath: '/' }, broke: 'no answer within 30 ms' }])
    expect(recorded[0]).not.toHaveProperty('response')
    expect(ms).toBeLessThan(1_000)
  })

  test('when the time of the check is up', async () => {
    const controller = new AbortController()
    const { thrown, recorded } = await openOn(() => {
      controller.abort()
      return new Promise(() => undefined)
    }, controller.signal)
    expect(thrown).toMatchObject({ why: 'deadline', message: 'the check ran out of time' })
    expect(recorded).toHaveLength(1)
  })

  test('when the wire rejects', async () => {
    const cause = new Error('connection reset')
    const { thrown, recorded } = await openOn(() => Promise.reject(cause))
    expect(thrown).toBeInstanceOf(Inconclusive)
    expect(thrown).toMatchObject({ why: 'unreadable', message: expect.stringContaining('connection reset'), cause })
    expect(recorded).toMatchObject([{ broke: 'connection reset' }])
  })
})

test('a wire is told when its answer is no longer wanted', async () => {
  const signals: (AbortSignal | undefined)[] = []
  await openOn((_, signal) => {
    signals.push(signal)
    return new Promise(() => undefined)
  })
  expect(signals[0]?.aborted).toBe(true)
})

test('a browser whose check ran out of time is in doubt at once', async () => {
  const { thrown } = await openOn(async () => textResponse(200, ''), AbortSignal.abort())
  expect(thrown).toMatchObject({ why: 'deadline', message: 'the check ran out of time' })
})
