import { expect } from 'vitest'
import { diesAfter } from '../mocks/degenerate.ts'
import type { Wire } from '../protocols/wire.ts'

/**
 * Expects a check to pass a target that lives, and to say nothing of one that dies half-way or before its last answer. `judgedOn`
 * judges the reference target with its wire wrapped.
 */
export const expectDoubtOfTheDying = async (
  judgedOn: (around: (wire: Wire) => Wire) => Promise<string | undefined>,
): Promise<void> => {
  let asked = 0
  const counting =
    (wire: Wire): Wire =>
    (request, signal) => {
      asked += 1
      return wire(request, signal)
    }
  expect(await judgedOn(counting)).toBe('pass')
  for (const answers of [Math.floor(asked / 2), asked - 1])
    expect([answers, await judgedOn((wire) => diesAfter(wire, answers))]).toEqual([answers, 'inconclusive'])
}
