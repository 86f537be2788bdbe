import { describe, expect, test } from 'vitest'
import type { Pairs } from '../../protocols/wire.ts'
import { textResponse } from '../../protocols/wire.ts'
import type { Exchange } from '../record/exchange.ts'
import { nextOf, paramsOf, resolve } from './next.ts'

const answered = (status: number, headers: Pairs, html = '', rawPath = '/a/b?x=1'): Exchange => ({
  n: 1,
  check: null,
  phase: 'run',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 0,
  request: { method: 'POST', origin: 'https://broker.test', rawPath, headers: [] },
  response: textResponse(status, html, [['content-type', 'text/html'], ...headers]),
})

describe('an answer', () => {
  test.each([
    [301, false],
    [302, false],
    [303, false],
    [307, true],
    [308, true],
  ])('with status %i and a Location sends the browser on, and keeps the method: %s', (status, keepsMethod) => {
    const next = nextOf(answered(status, [['Location', '../c?y=2']]))
    expect(next).toEqual({ is: 'redirect', to: 'https://broker.test/c?y=2', keepsMethod })
  })

  test.each([200, 201, 300, 304, 400])('with status %i stays, Location or not', (status) => {
    expect(nextOf(answered(status, [['location', '/c']], 'text'))).toMatchObject({ is: 'page', status })
  })

  test('of a redirect without a Location stays', () => {
    expect(nextOf(answered(302, []))).toMatchObject({ is: 'page', status: 302 })
  })

  test('whose form submits itself posts it, whatever the page says besides', () => {
    const html = '<meta http-equiv="refresh" content="0;url=/no"><form action="?z"></form><script>f.submit()</script>'
    expect(nextOf(answered(200, [], html))).toMatchObject({ is: 'form-post', action: 'https://broker.test/a/b?z' })
  })

  test('with a refresh is a redirect by GET', () => {
    const html = '<meta http-equiv="refresh" content="0;url=c">'
    expect(nextOf(answered(200, [], html))).toEqual({
      is: 'redirect',
      to: 'https://broker.test/a/c',
      keepsMethod: false,
    })
  })

  test.each(['text/plain', 'application/octet-stream', 'application/json'])('of type %s is no page', (type) => {
    const html = '<meta http-equiv="refresh" content="0;url=/no"><form action="?z"></form><script>f.submit()</script>'
    const exchange = answered(200, [], html)
    const spoken = { ...exchange, response: textResponse(200, html, [['content-type', type]]) }
    expect(nextOf(spoken)).toMatchObject({ is: 'page', page: { text: html, forms: [], loads: [] } })
  })

  test('that never came leads nowhere', () => {
    const { response: _, ...unanswered } = answered(200, [])
    expect(nextOf(unanswered)).toEqual({ is: 'nothing' })
  })
})

test.each([
  ['//evil.test/x', 'https://evil.test/x'],
  [String.raw`\\evil.test/x`, 'https://evil.test/x'],
  ['https:evil', 'https://broker.test/a/evil'],
  ['', 'https://broker.test/a/b?x=1'],
  ['javascript:alert(1)', 'javascript:alert(1)'],
  ['https://[', 'https://['],
])('a browser takes %s for %s', (reference, url) => {
  expect(resolve(reference, 'https://broker.test/a/b?x=1')).toBe(url)
})

test('parameters are read from the query and from the fragment', () => {
  expect(paramsOf('https://a.test/?code=1&code=2&x#state=s%20t&access_token=a')).toEqual([
    ['code', '1'],
    ['code', '2'],
    ['x', ''],
    ['state', 's t'],
    ['access_token', 'a'],
  ])
  expect(paramsOf('https://a.test/path#top')).toEqual([])
  expect(paramsOf('https://a.test/path?next=/b?c=d')).toEqual([['next', '/b?c=d']])
})
