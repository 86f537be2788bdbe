import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeForm, encodeForm, queryOf, withQuery } from './form.ts'

const text = fc.string({ unit: 'binary', maxLength: 12 })
const name = fc.oneof(text, fc.constantFrom('redirect_uri', 'state', "a+b !'()*", ''))
const pairs = fc.array(fc.tuple(name, text), { maxLength: 6 })
const somePairs = fc.array(fc.tuple(name, text), { minLength: 1, maxLength: 6 })

describe('a form', () => {
  test('comes back from its text as it was, repeated names and odd characters included', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        expect(decodeForm(encodeForm(given))).toEqual(given)
      }),
      { seed: 1 },
    )
  })

  test('travels in unreserved characters alone', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        expect(encodeForm(given)).toMatch(/^[A-Za-z0-9\-._~%=&]*$/)
      }),
      { seed: 1 },
    )
  })

  test('keeps the order of repeated names', () => {
    const twice: [string, string][] = [
      ['redirect_uri', 'https://b.test/'],
      ['x', ''],
      ['redirect_uri', 'https://a.test/'],
    ]
    expect(encodeForm(twice)).toBe('redirect_uri=https%3A%2F%2Fb.test%2F&x=&redirect_uri=https%3A%2F%2Fa.test%2F')
    expect(decodeForm(encodeForm(twice))).toEqual(twice)
  })

  test('writes half a surrogate pair as the replacement character instead of throwing', () => {
    expect(decodeForm(encodeForm([['a', 'x\uD800y']]))).toEqual([['a', 'x\uFFFDy']])
  })

  test('keeps a malformed percent sign', () => {
    expect(decodeForm('a=%zz&b=100%&c')).toEqual([
      ['a', '%zz'],
      ['b', '100%'],
      ['c', ''],
    ])
  })
})

describe('the query of a raw path', () => {
  test('is what stands between the first question mark and the fragment', () => {
    fc.assert(
      fc.property(somePairs, (given) => {
        expect(queryOf(`/a/../b%2f?${encodeForm(given)}#state=evil?x=1`)).toEqual(given)
      }),
      { seed: 1 },
    )
  })

  test('is empty without a question mark, or with one in the fragment alone', () => {
    expect([queryOf('/path'), queryOf('/path#a?b=c'), queryOf('/path?')]).toEqual([[], [], []])
  })

  test('may itself contain question marks', () => {
    expect(queryOf('/path?next=/x?y=1')).toEqual([['next', '/x?y=1']])
  })
})

describe('adding to a query', () => {
  const fragment = fc.constantFrom('', '#', '#top', '#a=b&c=d', '#a#b?c')

  test('keeps what was registered, byte for byte, and the fragment at the end', () => {
    fc.assert(
      fc.property(pairs, somePairs, fragment, (registered, added, end) => {
        const before = `https://app.test/callback${registered.length > 0 ? `?${encodeForm(registered)}` : ''}`
        const url = withQuery(before + end, added)

        expect(url.startsWith(before)).toBe(true)
        expect(url.endsWith(encodeForm(added) + end)).toBe(true)
        expect(queryOf(url)).toEqual([...registered, ...added])
      }),
      { seed: 1 },
    )
  })

  test.each([
    ['https://a.test/', 'https://a.test/?x=1'],
    ['https://a.test/?', 'https://a.test/?x=1'],
    ['https://a.test/?b', 'https://a.test/?b&x=1'],
    ['https://a.test/?b=%7E&', 'https://a.test/?b=%7E&x=1'],
    ['https://a.test/#?', 'https://a.test/?x=1#?'],
  ])('makes of %s exactly %s', (url, expected) => {
    expect(withQuery(url, [['x', '1']])).toBe(expected)
  })
})
