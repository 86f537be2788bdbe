import { expect, test } from 'vitest'
import { issuedIn } from './issued.ts'

const body = (text: string) => new TextEncoder().encode(text)
const [code, token] = ['code-0123456789abcdef', 'eyJhbGciOiJub25lIn0.e30.c2ln+A==']

test.each<[string, string, string]>([
  ['Location', `https://a.test/?state=s&code=${code}`, ''],
  ['a fragment', `https://a.test/#code=${code}&x=1`, ''],
  ['a link', '', `<a href="/cb?code=${code}">`],
  ['a form', '', `<input type="hidden" name="code" value="${code}">`],
  ['JSON', '', `{"a":1,"code" : "${code}"}`],
])('a code that is handed out in %s', (_, location, text) => {
  expect(issuedIn({ status: 200, headers: [['location', location]], body: body(text) })).toContain(code)
})

test('a token, encoded and as it is', () => {
  const location = `https://a.test/#access_token=${encodeURIComponent(token)}`
  expect(issuedIn({ status: 302, headers: [['location', location]], body: body('') })).toEqual([encodeURIComponent(token), token]) // prettier-ignore
})

test('no word that a target would have blotted out, and no other parameter', () => {
  const location = `https://a.test/?code=redirect_uri_mismatch&access_token=short1&state=${code}`
  expect(issuedIn({ status: 302, headers: [['location', location]], body: body('{"code":"%%%"}') })).toEqual([])
})
