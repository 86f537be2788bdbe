import { expect, test } from 'vitest'
import { fillForm, unknownWordsIn } from './form-template.ts'

test('a word is percent-encoded in the path, and arrives as it is from the form', () => {
  const template = { path: '/{tenant}/token', form: { Token: '{token}', Kind: 'a b' } }
  const { rawPath, form } = fillForm(template, { tenant: 'a/b c', token: '+%&={tenant}' })
  expect(rawPath).toBe('/a%2Fb%20c/token')
  expect([...new URLSearchParams(form)]).toEqual([['Token', '+%&={tenant}'], ['Kind', 'a b']]) // prettier-ignore
})

test('a list sends its field once for each value, and none for none', () => {
  const template = { path: '/x', form: { A: '{a}', B: '{b}', C: 'c-{a}' } }
  expect(fillForm(template, { a: ['1', '2'], b: [] }).form).toBe('A=1&A=2&C=c-1')
})

test('a header carries no line break', () => {
  const { headers } = fillForm({ path: '/x', headers: { authorization: 'Bearer {token}' } }, { token: 'a\r\nb' })
  expect(headers).toEqual([['authorization', 'Bearer a%0D%0Ab']])
})

test('a word that nobody puts in stays, and is told', () => {
  const template = { path: '/{realm}', form: { A: '{a}-{other}' }, headers: { b: '{third}' } }
  expect(fillForm(template, { a: '$&', realm: 'r' }).form).toBe('A=%24%26-%7Bother%7D')
  expect(unknownWordsIn(JSON.stringify(template), ['a', 'realm'])).toEqual(['other', 'third'])
})
