import { beforeAll, describe, expect, test } from 'vitest'
import { makeSigner } from '../../fixtures/world/signing.ts'
import { publicKeyOf } from '../signature/certificate.ts'
import type { Signer } from '../signature/sign.ts'
import { writeFaultResult, writeResult } from '../ws-federation/result.ts'
import type { Element } from '../xml/element.ts'
import { xmlLimits } from '../xml/scan.ts'
import { documentOf } from '../xml/write.ts'
import type { Assertion, SamlVersion } from './assertion.ts'
import { issue, writeAssertion } from './issue.ts'
import type { Expected } from './verify-token.ts'
import { verifyToken } from './verify-token.ts'

const now = Date.UTC(2026, 0)
const hour = 3_600_000
const assertionOf = (version: SamlVersion, changes: Partial<Assertion> = {}): Assertion => ({
  version,
  id: '_a1',
  issuer: 'https://sts.test/',
  issuedAt: now,
  notBefore: now,
  notOnOrAfter: now + hour,
  audiences: [['urn:rp']],
  nameId: { value: 'ann' },
  claims: [{ type: 'urn:x/name', values: ['Ann'] }],
  ...changes,
})

let signer: Required<Signer>
let other: Required<Signer>
let expected: Expected
beforeAll(async () => {
  signer = await makeSigner('sts')
  other = await makeSigner('other')
  expected = {
    keys: [publicKeyOf(other.certificate), publicKeyOf(signer.certificate)],
    issuer: 'https://sts.test/',
    audience: 'urn:rp',
    now,
    skew: 0,
  }
})
const wrapped = (token: Element, dialect: '2005/02' | '1.3' = '2005/02', collection = false) =>
  writeResult({ dialect, collection }, token)
const answer = (text: string, changes: Partial<Expected> = {}) => {
  const verified = verifyToken(text, { ...expected, ...changes })
  return verified.is === 'refused' ? verified.reason : verified.assertion
}

describe.each(['1.1', '2.0'] as const)('a token of SAML %s', (version) => {
  const issued = async (changes?: Partial<Assertion>) => wrapped(await issue(assertionOf(version, changes), signer))
  const verdict = async (changes: Partial<Assertion>, expectation?: Partial<Expected>) =>
    answer(await issued(changes), expectation)

  test('is accepted as what was signed, in every wrapping', async () => {
    const token = await issue(assertionOf(version), signer)
    const texts = [
      documentOf(token),
      wrapped(token),
      wrapped(token, '1.3'),
      wrapped(token, '1.3', true),
      `<?xml version="1.0" encoding="utf-8"?>\n${wrapped(token)}`,
    ]
    for (const text of texts) expect(answer(text)).toMatchObject(assertionOf(version))
  })

  test('tells which of the configured keys verified it, and the bytes that were signed', async () => {
    const verified = verifyToken(await issued(), expected)
    expect(verified).toMatchObject({ is: 'verified', key: expected.keys[1] })
    expect(verified).toHaveProperty('bytes', documentOf(writeAssertion(assertionOf(version))))
  })

  test('is refused for each part of it that does not fit', async () => {
    expect(await verdict({ issuer: 'https://sts.test' })).toBe('wrong-issuer')
    expect(await verdict({ audiences: [] })).toBe('no-audience')
    expect(await verdict({ audiences: [['urn:rp/']] })).toBe('wrong-audience')
    expect(await verdict({ audiences: [['urn:rp'], ['urn:other']] })).toBe('wrong-audience')
    expect(await verdict({ confirmation: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' })).toBe('not-bearer')
    expect(await verdict({ otherConditions: ['Condition'] })).toBe('unknown-condition')
    expect(await verdict({}, { version: version === '1.1' ? '2.0' : '1.1' })).toBe('wrong-token-type')
    expect(await verdict({}, { keys: [publicKeyOf(other.certificate)] })).toBe('foreign-key')
    expect(await verdict({}, { keys: [] })).toBe('foreign-key')
    expect(await verdict({ nameId: { value: 'x'.repeat(600_000) } })).toBe('too-large')
    const limits = { ...xmlLimits, bytes: 2_000_000 }
    expect(await verdict({ nameId: { value: 'x'.repeat(600_000) } }, { limits })).toHaveProperty('id', '_a1')
  })

  test('may name several audiences, of which we are one', async () => {
    expect(await verdict({ audiences: [['urn:other', 'urn:rp'], ['urn:rp']] })).toHaveProperty('id', '_a1')
  })

  test('is valid from its beginning until just before its end, widened by the skew', async () => {
    const text = await issued()
    const at = (moment: number, skew = 0) => {
      const given = answer(text, { now: moment, skew })
      return typeof given === 'string' ? given : 'valid'
    }
    expect([at(now - 1), at(now), at(now + hour - 1), at(now + hour)]).toEqual(['early', 'valid', 'valid', 'expired'])
    expect([at(now - 300_001, 300), at(now - 300_000, 300)]).toEqual(['early', 'valid'])
    expect([at(now + hour + 299_999, 300), at(now + hour + 300_000, 300)]).toEqual(['valid', 'expired'])
  })

  test('is refused without an end', async () => {
    const { notOnOrAfter: _, ...endless } = assertionOf(version)
    expect(answer(wrapped(await issue(endless, signer)))).toBe('no-window')
  })

  test('is refused unsigned, altered, or with its signature altered', async () => {
    const text = await issued()
    expect(answer(wrapped(writeAssertion(assertionOf(version))))).toBe('unsigned')
    expect(answer(text.replaceAll('>ann<', '>admin<'))).toBe('altered')
    expect(answer(text.replace(/(?<=DigestValue>)./, (one) => (one === 'A' ? 'B' : 'A')))).toBe('altered')
    expect(answer(text.replace(/(?<=SignatureValue>)./, (one) => (one === 'A' ? 'B' : 'A')))).toBe('foreign-key')
    expect(answer(text.replace(/(?<=SignatureValue>)[^<]*/, ''))).toBe('signature-shape')
  })

  test('may be signed with SHA-1 only where that is allowed', async () => {
    const text = wrapped(await issue(assertionOf(version), signer, 'sha1'))
    expect(answer(text)).toBe('unknown-algorithm')
    expect(answer(text, { sha1: true })).toMatchObject(assertionOf(version))
    expect(answer(text.replaceAll('>ann<', '>admin<'), { sha1: true })).toBe('altered')
  })

  test('is refused beside anything else', async () => {
    const token = await issue(assertionOf(version), signer)
    const twice = await issue(assertionOf(version, { id: '_a2' }), signer)
    const text = wrapped(token)
    expect(answer(text.replace(/(?=<\/t:RequestedSecurityToken>)/, documentOf(twice)))).toBe('two-assertions')
    expect(answer(text.replace(/(?=<t:RequestType>)/, `<Assertion xmlns="urn:else"></Assertion>`))).toBe(
      'two-assertions',
    )
    expect(answer(text.replace('<t:RequestType>', '<t:RequestType Id="_a1">'))).toBe('duplicate-id')
    expect(answer(text.replace('<t:RequestType>', `<t:RequestType xml:id="_a1">`))).toBe('duplicate-id')
    expect(answer(text.replace('<t:RequestType>', '<t:RequestType Id="_a" xml:id="_b">'))).toBe('duplicate-id')
    expect(answer(text.replace('<t:RequestType>', '<t:RequestType Id="_a">'))).toHaveProperty('id', '_a1')
    const signature = documentOf(token).match(/<ds:Signature .*<\/ds:Signature>/)?.[0] ?? ''
    expect(answer(text.replace(/(?=<t:RequestType>)/, signature))).toBe('two-signatures')
  })
})

test('a bearer that is held to more than the conditions is held to it', async () => {
  const with20 = async (confirmationData: NonNullable<Assertion['confirmationData']>, changes?: Partial<Expected>) => {
    const given = answer(wrapped(await issue(assertionOf('2.0', { confirmationData }), signer)), changes)
    return typeof given === 'string' ? given : 'valid'
  }
  expect(await with20({ notOnOrAfter: now })).toBe('expired')
  expect(await with20({ notBefore: now + 1 })).toBe('early')
  expect(await with20({ recipient: 'https://a.test/' })).toBe('valid')
  expect(await with20({ recipient: 'https://a.test/' }, { recipient: 'https://b.test/' })).toBe('wrong-recipient')
  expect(await with20({ recipient: 'https://a.test/' }, { recipient: 'https://a.test/' })).toBe('valid')
})

test.each([
  ['a fault', writeFaultResult({ code: 'Sender', reason: 'no' }), 'fault'],
  ['nothing', '', 'not-xml'],
  ['a JWT', 'eyJhbGciOiJub25lIn0.e30.', 'not-xml'],
  ['a page', '<html></html>', 'not-a-response'],
  ['a SAML-P response', '<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol"></Response>', 'not-a-response'],
  ['a response without token', wrapped({ prefix: '', local: 'x', namespace: '', attributes: [], children: [] }).replace('<x></x>', ''), 'no-token'],
  ['a binary token', wrapped({ prefix: '', local: 'BinarySecurityToken', namespace: '', attributes: [], children: ['e30'] }), 'wrong-token-type'],
  ['an encrypted token', wrapped({ prefix: '', local: 'EncryptedAssertion', namespace: '', attributes: [], children: [] }), 'encrypted'],
  ['an assertion of no version', wrapped({ prefix: '', local: 'Assertion', namespace: '', attributes: [], children: [] }), 'wrong-token-type'],
])('%s is refused', (_, text, reason) => expect(answer(text)).toBe(reason)) // prettier-ignore
