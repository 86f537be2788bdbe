import { expect, test } from 'vitest'
import { coloured } from './colours.ts'

const terminal = { isTTY: true }
const pipe = {}

test.each([
  [terminal, {}, true],
  [pipe, {}, false],
  [terminal, { TERM: 'dumb' }, false],
  [terminal, { NO_COLOR: '1' }, false],
  [terminal, { NO_COLOR: '' }, true],
  [pipe, { FORCE_COLOR: '1' }, true],
  [pipe, { FORCE_COLOR: '' }, true],
  [terminal, { FORCE_COLOR: '0' }, false],
  [terminal, { FORCE_COLOR: 'false' }, false],
  [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
])('what goes to %o under %o is coloured: %s', (stream, environment, expected) => {
  expect(coloured(stream, environment)).toBe(expected)
})
