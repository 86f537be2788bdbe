import { expect, test } from 'vitest'
import { documented, inOrder, steps } from './steps.ts'

const { dueCall } = documented('broker')
const [call, renewal, newToken, data] = dueCall.map(String)

test('the documented steps are in order', () => {
  expect(() => inOrder(dueCall, [...dueCall])).not.toThrow()
})

test.for([
  ['step-skipped', [call, steps.newToken, data]],
  ['step-added', [call, 'a renewal refused at the token service', renewal, newToken, data]],
  ['step-repeated', [call, renewal, renewal, newToken, data]],
  ['other-order', [call, newToken, renewal, data]],
] as const)('%s is told with both lists of steps', ([kind, seen]) => {
  const taken = seen.map(String)
  expect(() => inOrder(dueCall, taken)).toThrow(
    expect.objectContaining({ kind, expected: dueCall.join(' → '), actual: taken.join(' → ') }),
  )
})

test('a cache that goes to the token service itself has the dialog there alone', () => {
  expect(documented('entra').firstCall.filter((step) => step.includes('broker'))).toEqual([])
})
