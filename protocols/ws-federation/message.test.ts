import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeForm, encodeForm } from '../form.ts'
import type { Pairs } from '../wire.ts'
import { readMessage } from './read-message.ts'
import { cleanUpQuery, responseFields, signInQuery, signOutQuery } from './request.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const optional = { requiredKeys: [] }
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((at) => at * 1000)

describe('a WS-Federation message', () => {
  test('is read as it was written, over the wire', () => {
    const requests = fc.record(
      {
        realm: text,
        reply: text,
        context: text,
        at: seconds,
        freshness: fc.nat(),
        authentication: text,
        homeRealm: text,
      },
      optional,
    )
    fc.assert(
      fc.property(requests, text, (given, realm) => {
        const request = { ...given, realm }
        expect(readMessage(decodeForm(encodeForm(signInQuery(request))))).toEqual({ is: 'sign-in-request', request })
      }),
      { seed: 1 },
    )
    fc.assert(
      fc.property(fc.record({ realm: text, reply: text, context: text }, optional), (request) => {
        expect(readMessage(signOutQuery(request))).toEqual({ is: 'sign-out-request', request })
      }),
      { seed: 1 },
    )
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (result, context) => {
        expect(readMessage(responseFields(result, context))).toEqual({
          is: 'sign-in-response',
          result,
          ...(context !== undefined && { context }),
        })
      }),
      { seed: 1 },
    )
    expect(readMessage(cleanUpQuery())).toEqual({ is: 'clean-up-request', request: {} })
  })

  test('writes its parameters under their names, time in whole seconds', () => {
    const at = Date.UTC(2026, 0) + 999
    expect(
      signInQuery({ realm: 'r', reply: 'p', context: 'c', at, freshness: 0, authentication: 'a', homeRealm: 'h' }),
    ).toEqual([
      ['wa', 'wsignin1.0'],
      ['wtrealm', 'r'],
      ['wreply', 'p'],
      ['wctx', 'c'],
      ['wct', '2026-01-01T00:00:00Z'],
      ['wfresh', '0'],
      ['wauth', 'a'],
      ['whr', 'h'],
    ])
  })

  test('may ask with a reply alone, and carry what is not known here', () => {
    const pairs: Pairs = [['wa', 'wsignin1.0'], ['wreply', 'p'], ['mkt', 'en'], ['mkt', 'de'], ['wct', 'yesterday']] // prettier-ignore
    expect(readMessage(pairs)).toEqual({ is: 'sign-in-request', request: { reply: 'p' } })
  })

  test.each<[Pairs, string]>([
    [[], 'no-action'],
    [[['wa', '']], 'no-action'],
    [[['WA', 'wsignin1.0'], ['wtrealm', 'r']], 'no-action'],
    [[['wa', 'wsignin2.0'], ['wtrealm', 'r']], 'unknown-action'],
    [[['wa', 'WSIGNIN1.0'], ['wtrealm', 'r']], 'unknown-action'],
    [[['wa', 'wsignin1.0']], 'nobody-asks'],
    [[['wa', 'wsignin1.0'], ['wctx', 'c']], 'nobody-asks'],
    [[['wa', 'wsignin1.0'], ['wa', 'wsignin1.0'], ['wtrealm', 'r']], 'repeated-parameter'],
    [[['wa', 'wsignin1.0'], ['wtrealm', 'r'], ['wtrealm', 'other']], 'repeated-parameter'],
    [[['wa', 'wsignin1.0'], ['wresult', 'a'], ['wresult', 'b']], 'repeated-parameter'],
    [[['wa', 'wsignin1.0'], ['wresult', 'a'], ['wtrealm', 'r']], 'mixed'],
    [[['wa', 'wsignin1.0'], ['wresultptr', 'http://canary.test/']], 'pointer'],
    [[['wa', 'wsignin1.0'], ['wtrealm', 'r'], ['wreqptr', 'http://canary.test/']], 'pointer'],
    [[['wa', 'wsignin1.0'], ['wtrealm', 'r'], ['wfresh', '-1']], 'bad-freshness'],
  ])('%j is none: %s', (pairs, because) => expect(readMessage(pairs)).toEqual({ is: 'none', because })) // prettier-ignore
})
