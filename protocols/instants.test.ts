import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantOf, readInstant } from './instants.ts'

test('a moment comes back from its text', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(0), max: Date.UTC(9999, 11, 31) }), (at) => {
      expect(readInstant(instantOf(at))).toBe(at)
    }),
    { seed: 1 },
  )
})

test.each([
  ['2026-01-01T00:00:00Z', Date.UTC(2026, 0)],
  ['2026-01-01T00:00:00.5Z', Date.UTC(2026, 0) + 500],
  ['2026-01-01T00:00:00.1239999Z', Date.UTC(2026, 0) + 123],
  ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
])('%s is a moment', (text, at) => expect(readInstant(text)).toBe(at))

test.each([
  '', 'NaN', '2026-01-01', '2026-01-01T00:00:00', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+14:00',
  '2026-01-01T24:00:00Z', '2016-12-31T23:59:60Z', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-10T00:00:00Z',
  '12026-01-01T00:00:00Z', ' 2026-01-01T00:00:00Z', '2026-01-01t00:00:00z', '2026-01-01T00:00:00.Z', '２026-01-01T00:00:00Z',
])('"%s" is no moment', (text) => expect(readInstant(text)).toBeUndefined()) // prettier-ignore

test('a year of five digits is not written', () => {
  expect(() => instantOf(Date.UTC(10_000, 0))).toThrow(RangeError)
})
