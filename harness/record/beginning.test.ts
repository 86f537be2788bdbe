import { expect, test } from 'vitest'
import { beginningOf } from './beginning.ts'

test('a text is cut where a word ends, and half a word is dropped', () => {
  expect(beginningOf('short', 20)).toBe('short')
  expect(beginningOf('it failed with secret-0123456789', 24)).toBe('it failed with')
  expect(beginningOf('it failed with secret-0123456789 again', 32)).toBe('it failed with secret-0123456789')
  expect(beginningOf('{"error":"invalid","secret":"secret-0123456789"}', 36)).toBe('{"error":"invalid","secret":')
  expect(beginningOf('secret-0123456789', 10)).toBe('')
})
