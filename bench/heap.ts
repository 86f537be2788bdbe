import { setImmediate } from 'node:timers/promises'
import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import type { Check } from '../harness/judge/check.ts'
import { judge } from '../harness/judge/judge.ts'
import { nearMiss } from '../suites/broker/authorize/near-miss.ts'
import { stateUnchanged } from '../suites/broker/authorize/state.ts'
import { openReference } from './check-set.ts'
import type { Figure, Line } from './figure.ts'
import { median } from './figure.ts'

/**
 * The heap after ten times as many cases of a property in one universe, over the heap after the first tenth, both after
 * garbage collection and with everything that is loaded. What is kept of a run must not grow with its cases: a near miss is
 * refused at once, a state goes through a whole flow.
 */
export const heap: Figure = {
  name: 'heap',
  tells: 'heap after ten times the cases',
  measure: async (keyring) => [
    await lineOf('refusals', nearMiss, 400, keyring),
    await lineOf('whole flows', stateUnchanged, 200, keyring),
  ],
}

const rounds = 2

const lineOf = async (name: string, check: Check, cases: number, keyring: Keyring): Promise<Line> => {
  const ratios: number[] = []
  const growth: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const universe = await openReference(worldOf(1, [check], keyring), 'direct')
    const used = async (seed: number, runs: number) => {
      const { status } = await judge(check, universe, { seed, runs })
      if (status !== 'pass') throw new Error(`${check.id}: ${status}`)
      return heapAfterCollection()
    }
    try {
      const few = await used(1, cases)
      const many = await used(2, 9 * cases)
      if (round === 0) continue
      ratios.push(many / few)
      growth.push((many - few) / (9 * cases))
    } finally {
      await universe.close()
    }
  }
  const note = `${cases * 10} cases for ${cases}; ${Math.round(median(growth))} bytes more for each`
  return { name, ratios, goal: { atMost: 1.2 }, note }
}

/** Bytes of the heap that are still in use. */
export const heapAfterCollection = async (): Promise<number> => {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc, as `npm run bench` does')
  for (let time = 0; time < 3; time += 1) {
    globalThis.gc()
    await setImmediate()
  }
  return process.memoryUsage().heapUsed
}
