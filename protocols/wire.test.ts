import { expect, test } from 'vitest'
import { headerOf, textOf, textResponse, urlOf } from './wire.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('a header is found whatever its case, and the first of several counts', () => {
  const headers: [string, string][] = [
    ['x-other', '0'],
    ['Set-Cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]
  expect(headerOf(headers, 'SET-COOKIE')).toBe('a=1')
  expect(headerOf(headers, 'cookie')).toBeUndefined()
})

test('a body is read as UTF-8, and bytes that are none do not throw', () => {
  expect(textOf({ body: bytes('straße') })).toBe('straße')
  expect(textOf({ body: Uint8Array.of(0x61, 0xff, 0x62) })).toBe('a\uFFFDb')
  expect(textOf({})).toBe('')
})

test('the URL of a request is not normalised', () => {
  const request = { method: 'GET', origin: 'https://a.test:8443', rawPath: '/a/../b?x=%zz', headers: [] }
  expect(urlOf(request)).toBe('https://a.test:8443/a/../b?x=%zz')
})

test('a text response is plain text unless it says otherwise, in whatever case', () => {
  expect(textResponse(418, 'straße')).toEqual({
    status: 418,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: bytes('straße'),
  })
  expect(textResponse(200, '', [['Content-Type', 'text/html']]).headers).toEqual([['Content-Type', 'text/html']])
})
