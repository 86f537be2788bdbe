import { expect, test } from 'vitest'
import type { Line } from './figure.ts'
import { isMet, median, tableOf } from './figure.ts'

const line = (ratios: number[], goal?: Line['goal']): Line => ({
  name: 'https',
  ratios,
  note: 'so many',
  ...(goal && { goal }),
})

test('the median is the middle one, whatever the order', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([10, 9])).toBe(10)
})

test.each([
  [[1, 1.25, 9], { atMost: 1.25 }, true],
  [[1, 1.26, 1.3], { atMost: 1.25 }, false],
  [[0.1, 0.5, 0.6], { atLeast: 0.5 }, true],
  [[0.1, 0.4, 0.9], { atLeast: 0.5 }, false],
  [[7], undefined, true],
] as const)('the median of %j against %j: %s', (ratios, goal, met) => {
  expect(isMet(line([...ratios], goal))).toBe(met)
})

test('a table tells median, range, goal and whether it is met', () => {
  const figure = { name: 'size', tells: 'of things', measure: async () => [] }
  expect(tableOf(figure, [line([2, 1, 3], { atMost: 1.5 }), { ...line([1]), name: 'direct' }]).split('\n')).toEqual([
    'size: of things',
    '          ratio  rounds     goal',
    '  https   2.00   1.00–3.00  ≤ 1.5  missed  so many',
    '  direct  1.00   1.00–1.00                 so many',
  ])
})
