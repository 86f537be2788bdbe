import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { xmlTexts } from '../../fixtures/arbitraries/assertions.ts'
import type { TokenResponse } from '../ws-trust/response.ts'
import { trustDialects } from '../ws-trust/dialect.ts'
import { canonicalOf } from '../xml/write.ts'
import { vocabulary } from '../xml/element.ts'
import { readResult, writeFaultResult, writeResult } from './result.ts'

const token = vocabulary('x', 'urn:token')('Token', { Id: '_t' }, 'inside')
const trimmed = xmlTexts.map((text) => text.trim())
const moments = fc.integer({ min: 0, max: Date.UTC(2099, 0) })
const responses: fc.Arbitrary<TokenResponse> = fc.record(
  {
    dialect: fc.constantFrom('2005/02', '1.3'),
    collection: fc.boolean(),
    context: xmlTexts,
    lifetime: fc.record({ created: moments, expires: moments }),
    appliesTo: trimmed,
    tokenType: trimmed,
  },
  { requiredKeys: ['dialect', 'collection'] },
)
const reasonOf = (text: string) => {
  const read = readResult(text)
  return read.is === 'refused' ? read.reason : read.is
}

describe('a token response', () => {
  test('is read as it was written, in both dialects, alone and in a collection', () => {
    fc.assert(
      fc.property(responses, (response) => {
        const { requestType, keyType } = trustDialects[response.dialect]
        const read = readResult(writeResult(response, token))
        expect(read).toMatchObject({ is: 'response', response: { ...response, requestType, keyType } })
        expect(read.is === 'response' && canonicalOf(read.token)).toBe(canonicalOf(token))
      }),
      { seed: 1 },
    )
  })

  test('is written in the order and with the prefixes of WIF, without space between elements', () => {
    const at = Date.UTC(2026, 0)
    const response = {
      context: 'c',
      lifetime: { created: at, expires: at + 1 },
      appliesTo: 'urn:rp',
      tokenType: 'urn:type',
    }
    const text = writeResult({ ...response, dialect: '2005/02', collection: false }, token)
    expect([...text.matchAll(/<([\w:]+)/g)].map(([, name]) => name)).toEqual([
      't:RequestSecurityTokenResponse', 't:Lifetime', 'wsu:Created', 'wsu:Expires', 'wsp:AppliesTo', 'wsa:EndpointReference',
      'wsa:Address', 't:RequestedSecurityToken', 'x:Token', 't:TokenType', 't:RequestType', 't:KeyType',
    ]) // prettier-ignore
    expect(text).not.toMatch(/>\s+</)
    expect(writeResult({ dialect: '1.3', collection: true }, token)).toMatch(
      /^<trust:RequestSecurityTokenResponseCollection [^>]*><trust:RequestSecurityTokenResponse><trust:RequestedSecurityToken>/,
    )
  })

  test('may have its parts in any order, come with space, and be of other editions of policy and addressing', () => {
    const text = `<RequestSecurityTokenResponse xmlns="http://schemas.xmlsoap.org/ws/2005/02/trust">
      <TokenType> urn:type </TokenType> <RequestedSecurityToken>
      <x:Token xmlns:x="urn:token"/></RequestedSecurityToken>
      <AppliesTo xmlns="http://schemas.xmlsoap.org/ws/2002/12/policy"><EndpointReference
      xmlns="http://schemas.xmlsoap.org/ws/2004/08/addressing"><Address>urn:rp</Address></EndpointReference></AppliesTo>
      </RequestSecurityTokenResponse>`
    expect(readResult(text)).toMatchObject({
      response: { dialect: '2005/02', collection: false, tokenType: 'urn:type', appliesTo: 'urn:rp' },
      token: { local: 'Token' },
    })
  })

  const good = writeResult({ dialect: '1.3', collection: true, lifetime: { created: 0, expires: 1 } }, token)
  const inner = /<trust:RequestSecurityTokenResponse>.*<\/trust:RequestSecurityTokenResponse>/
  const held = /<trust:RequestedSecurityToken>.*<\/trust:RequestedSecurityToken>/
  test.each([
    ['two responses in a collection', good.replace(inner, '$&$&'), 'two-tokens'],
    ['two places for a token', good.replace(held, '$&$&'), 'two-tokens'],
    ['two tokens in one place', good.replace(/<x:Token.*<\/x:Token>/, '$&$&'), 'two-tokens'],
    ['no token', good.replace(/<x:Token.*<\/x:Token>/, ''), 'no-token'],
    ['no response', good.replace(inner, ''), 'no-token'],
    ['a response of the other dialect inside', good.replace(/Collection xmlns:trust="[^"]*"/, 'Collection xmlns:trust="http://schemas.xmlsoap.org/ws/2005/02/trust"').replaceAll('Response>', 'Responses>'), 'no-token'],
    ['an unknown dialect', good.replaceAll('ws-trust/200512', 'ws-trust/201912'), 'not-a-response'],
    ['a lifetime without UTC', good.replace('1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00'), 'bad-instant'],
  ])('is refused with %s', (_, text, reason) => {
    expect(reasonOf(good)).toBe('response')
    expect(reasonOf(text)).toBe(reason)
  }) // prettier-ignore
})

describe('a fault', () => {
  const faults = fc.record(
    {
      code: fc.constantFrom('Sender', 'Receiver'),
      reason: xmlTexts,
      subcode: fc.record({
        namespace: fc.constantFrom('urn:a', 'http://b/c?d&e'),
        name: fc.constantFrom('NoMatchInScope', 'X'),
      }),
    },
    { requiredKeys: ['code', 'reason'] },
  )

  test('is read as it was written', () => {
    fc.assert(
      fc.property(faults, (fault) => {
        expect(readResult(writeFaultResult(fault as never))).toEqual({ is: 'fault', fault })
      }),
      { seed: 1 },
    )
  })

  test('without a code is refused', () => {
    expect(reasonOf('<Fault xmlns="http://www.w3.org/2003/05/soap-envelope"></Fault>')).toBe('malformed')
  })
})
