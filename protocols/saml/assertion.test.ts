import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertionsOf, notXmlTexts } from '../../fixtures/arbitraries/assertions.ts'
import { NotXmlText } from '../xml/characters.ts'
import { documentOf } from '../xml/write.ts'
import type { Assertion } from './assertion.ts'
import { NotAnAssertion } from './assertion.ts'
import { writeAssertion } from './issue.ts'
import { readAssertion } from './read-assertion.ts'

const at = Date.UTC(2026, 0)
const plain: Assertion = {
  version: '2.0',
  id: '_1',
  issuer: 'https://sts.test/',
  issuedAt: at,
  audiences: [['urn:rp']],
  nameId: { value: 'ann' },
  claims: [{ type: 'urn:x/name', values: ['Ann'] }],
}
const text = (assertion: Partial<Assertion>) => documentOf(writeAssertion({ ...plain, ...assertion }))
const reasonOf = (given: string) => {
  const read = readAssertion(given)
  return read.is === 'refused' ? read.reason : 'read'
}

describe.each(['1.1', '2.0'] as const)('an assertion of SAML %s', (version) => {
  test('says after reading what it said before writing, whatever the values', () => {
    fc.assert(
      fc.property(assertionsOf(version), (assertion) => {
        expect(readAssertion(documentOf(writeAssertion(assertion)))).toEqual({ is: 'assertion', assertion })
      }),
      { seed: 1 },
    )
  })

  test('is not written with what XML cannot carry', () => {
    fc.assert(
      fc.property(notXmlTexts, (value) => {
        expect(() => text({ version, nameId: { value } })).toThrow(NotXmlText)
        expect(() => text({ version, issuer: value })).toThrow(NotXmlText)
        expect(() => text({ version, claims: [{ type: `urn:${value}/n`, values: [] }] })).toThrow(NotXmlText)
      }),
      { seed: 1 },
    )
  })

  test('has no space between its elements', () => {
    expect(text({ version })).not.toMatch(/>\s+</)
  })

  test('may leave out its name, its window and its audiences', () => {
    const { nameId: _, ...unnamed } = plain
    const assertion = { ...unnamed, version, audiences: [] }
    expect(readAssertion(documentOf(writeAssertion(assertion)))).toMatchObject({ is: 'assertion', assertion })
  })

  test.each([
    ['an instant with an offset', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00+00:00', 'bad-instant'],
    ['an instant that is none', '2026-01-01T00:00:00.000Z', 'NaN', 'bad-instant'],
    ['markup in a value', '>Ann<', '>A<b xmlns="urn:y"></b>nn<', 'malformed'],
    ['markup in the name', '>ann<', '>a<b xmlns="urn:y"></b>nn<', 'malformed'],
    ['another vocabulary', 'urn:oasis:names:tc:SAML', 'urn:oasis:names:tc:SAMM', 'wrong-token-type'],
    ['another version', version === '1.1' ? 'MajorVersion="1"' : 'Version="2.0"', version === '1.1' ? 'MajorVersion="2"' : 'Version="1.1"', 'wrong-version'],
    ['no id', version === '1.1' ? ' AssertionID="_1"' : ' ID="_1"', '', 'malformed'],
  ])('is not read with %s', (_, from, to, reason) => {
    const given = text({ version })
    expect(given).toContain(from)
    expect(reasonOf(given.replaceAll(from, to))).toBe(reason)
  }) // prettier-ignore
})

describe('SAML 1.1', () => {
  test('puts conditions first and the authentication last', () => {
    const given = text({ version: '1.1', authentication: { at, method: 'urn:m' } })
    expect(
      [...given.matchAll(/<saml:(Conditions|AttributeStatement|AuthenticationStatement)/g)].map(([, one]) => one),
    ).toEqual(['Conditions', 'AttributeStatement', 'AuthenticationStatement'])
  })

  test.each(['email', 'urn:email', '/email', 'urn:x/'])('cannot say a claim of type %s', (type) => {
    expect(() => text({ version: '1.1', claims: [{ type, values: ['x'] }] })).toThrow(NotAnAssertion)
  })

  test('needs a statement to name its subject in, and has no confirmation data', () => {
    expect(() => text({ version: '1.1', claims: [] })).toThrow(NotAnAssertion)
    expect(() => text({ version: '1.1', confirmationData: { recipient: 'x' } })).toThrow(NotAnAssertion)
  })

  test('is not read when its statements name two subjects', () => {
    const given = text({ version: '1.1', authentication: { at, method: 'urn:m' } })
    expect(reasonOf(given)).toBe('read')
    expect(reasonOf(given.replace('>ann<', '>admin<'))).toBe('two-subjects')
  })
})

describe('SAML 2.0', () => {
  test('keeps what its bearer is held to', () => {
    const confirmationData = { notBefore: at, notOnOrAfter: at + 1, recipient: 'r', inResponseTo: '_q', address: '::1' }
    expect(readAssertion(text({ confirmationData }))).toMatchObject({ assertion: { confirmationData } })
  })

  test('writes no confirmation data, and no conditions beyond audiences, unless they are asked for', () => {
    expect(text({})).not.toMatch(/SubjectConfirmationData|OneTimeUse|ProxyRestriction|InResponseTo|Recipient|Address/)
    expect(readAssertion(text({ otherConditions: ['OneTimeUse'] }))).toMatchObject({
      assertion: { otherConditions: ['OneTimeUse'] },
    })
  })

  test('is not read with two of what there can be one of', () => {
    const given = text({ notOnOrAfter: at })
    for (const part of [
      /<Conditions.*<\/Conditions>/,
      /<Issuer>.*<\/Issuer>/,
      /<Subject>.*<\/Subject>/,
      /<NameID>.*<\/NameID>/,
    ]) {
      expect(reasonOf(given.replace(part, '$&$&'))).toBe('malformed')
    }
  })
})
