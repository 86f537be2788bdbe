import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { finderOf } from './finder.ts'

test('finds the first, and of two at one place the longer', () => {
  const find = finderOf(['abcdefgh', 'abcdefghij', 'x', ''])
  expect(find('..abcdefghij..x')).toEqual({ at: 2, text: 'abcdefghij' })
  expect(find('..abcdefghij..x', 3)).toEqual({ at: 14, text: 'x' })
  expect(find('..abcdefg')).toBeUndefined()
})

test('finds what a search for each of them finds', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 })
  const long = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 60 })
  fc.assert(
    fc.property(fc.array(short), long, (texts, within) => {
      const places = texts.filter((text) => text !== '' && within.includes(text)).map((text) => within.indexOf(text))
      expect(finderOf(texts)(within)?.at).toBe(places.length > 0 ? Math.min(...places) : undefined)
    }),
    { seed: 1 },
  )
})
