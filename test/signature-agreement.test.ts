import * as fc from 'fast-check'
import { KeyObject, webcrypto } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { assertionsOf } from '../fixtures/arbitraries/assertions.ts'
import { certificateOf } from '../fixtures/world/signing.ts'
import { verifyMetadata } from '../protocols/metadata/read-metadata.ts'
import { signMetadata } from '../protocols/metadata/write-metadata.ts'
import type { Assertion } from '../protocols/saml/assertion.ts'
import { issue, writeAssertion } from '../protocols/saml/issue.ts'
import { verifyToken } from '../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../protocols/signature/certificate.ts'
import type { Signer } from '../protocols/signature/sign.ts'
import { signedInfoOf } from '../protocols/signature/sign.ts'
import { writeResult } from '../protocols/ws-federation/result.ts'
import type { Element } from '../protocols/xml/element.ts'
import { elementsOf, textOf, vocabulary, withDescendants } from '../protocols/xml/element.ts'
import { namespaces } from '../protocols/xml/namespaces.ts'
import { rootOf } from '../protocols/xml/read.ts'
import { documentOf } from '../protocols/xml/write.ts'
import type { Documents } from './oracles/oracles.ts'
import { javaSigns, javaVerifies, oracles, xmlsecSigns, xmlsecVerifies } from './oracles/oracles.ts'

const timeout = 300_000
const perVersion = 40
const entityId = 'https://sts.test/<&>"\u0085'
const now = Date.UTC(2026, 0)
const assertions: Assertion[] = (['1.1', '2.0'] as const).flatMap((version) =>
  fc.sample(assertionsOf(version), { seed: 1, numRuns: perVersion }).map((one, index) => ({
    ...one,
    id: `_a${index}`,
    audiences: one.audiences.slice(0, 1),
  })),
)
let signer: Signer & { key: KeyObject }
/** Tokens with hostile values: alone, and inside the responses of both dialects. And signed metadata. */
let documents: Documents
let metadata: string

const certificateName = 'agreement'
beforeAll(async () => {
  const pair = await webcrypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['sign', 'verify'],
  )
  const publicJwk = await webcrypto.subtle.exportKey('jwk', pair.publicKey)
  const certificate = await certificateOf({ privateKey: pair.privateKey, publicJwk }, certificateName)
  signer = { privateKey: pair.privateKey, certificate, key: KeyObject.from(pair.privateKey) }
  const tokens = await Promise.all(assertions.map((assertion) => issue(assertion, signer)))
  documents = Object.fromEntries(
    tokens.map((token, index) => {
      const text =
        index % 3 === 0
          ? documentOf(token)
          : writeResult({ dialect: index % 3 === 1 ? '2005/02' : '1.3', collection: index % 2 === 0 }, token)
      return [String(index).padStart(4, '0'), text]
    }),
  )
  metadata = await signMetadata(
    {
      id: '_m1',
      entityId,
      securityTokenService: {
        displayName: '\u2028<![CDATA[ä]]>\r\n',
        certificates: [certificate, certificate],
        passiveEndpoints: ['https://sts.test/?a=b&c=d'],
        endpoints: ['https://sts.test/'],
        tokenTypes: [namespaces.saml11],
        claimTypes: [{ type: 'urn:x/y', displayName: ']]>', optional: true }],
      },
    },
    signer,
  )
})

const trusted = () => ({ keys: [publicKeyOf(signer.certificate)] })
const saysAsWritten = (text: string, assertion: Assertion) => {
  const audience = assertion.audiences[0]?.[0] ?? ''
  const expected = { ...trusted(), issuer: assertion.issuer, audience, now, skew: 1e10 }
  expect(verifyToken(text, expected)).toMatchObject({ is: 'verified', assertion })
}

const leavesOf = (element: Element): string[] =>
  withDescendants(element)
    .filter((one) => elementsOf(one).length === 0)
    .map(textOf)

describe('what we sign', () => {
  test('verifies with our own verifier, values unchanged', { timeout }, () => {
    expect(Object.keys(documents)).toHaveLength(2 * perVersion)
    Object.values(documents).forEach((text, index) => saysAsWritten(text, assertions[index] as Assertion))
    expect(verifyMetadata(metadata, { ...trusted(), entityId, now })).toMatchObject({
      is: 'metadata',
      metadata: { entityId },
    })
  })

  /** The same with one character changed that is signed. */
  const altered = (): Documents => ({
    token: (documents['0000'] ?? '').replace(/IssueInstant="./, 'IssueInstant="9'),
    metadata: metadata.replace('?a=b', '?a=c'),
  })

  test.skipIf(!oracles.xmlsec1)('verifies with xmlsec1, unless altered; it needs xmlsec1', { timeout }, () => {
    const answers = xmlsecVerifies({ ...documents, metadata }, signer.certificate)
    expect(Object.keys(answers)).toHaveLength(2 * perVersion + 1)
    expect(Object.entries(answers).filter(([, says]) => says !== 'valid')).toEqual([])
    expect(Object.values(xmlsecVerifies(altered(), signer.certificate))).not.toContain('valid')
  })

  test.skipIf(!oracles.java)('verifies with the JDK, which reads the same values; it needs a JDK', { timeout }, () => {
    const named = Object.fromEntries(Object.entries(altered()).map(([name, text]) => [`altered-${name}`, text]))
    const answers = javaVerifies({ ...documents, metadata, ...named }, signer.certificate)
    for (const [name, text] of Object.entries({ ...documents, metadata })) {
      expect([name, answers[name]]).toEqual([name, { says: 'valid', texts: leavesOf(rootOf(text)) }])
    }
    for (const name of Object.keys(named)) expect(answers[name]).toHaveProperty('says', 'invalid')
  })
})

/** Unsigned assertions, with namespaces that only values or nobody uses. */
const unsigned = (): Documents =>
  Object.fromEntries(
    assertions.map((assertion, index) => {
      const declared = new Map([['xs', 'http://www.w3.org/2001/XMLSchema'], ['unused', 'urn:unused']]) // prettier-ignore
      return [String(index).padStart(4, '0'), documentOf({ ...writeAssertion(assertion), declared })]
    }),
  )

const ds = vocabulary('', namespaces.signature)
const emptySignature = (id: string): Element =>
  ds('Signature', {}, { ...signedInfoOf(id, '') }, ds('SignatureValue'), ds('KeyInfo', {}, ds('X509Data')))

/** Templates for xmlsec1: assertions with a signature that it fills in. */
const templates = (): Documents =>
  Object.fromEntries(
    assertions
      .slice(0, 10)
      .concat(assertions.slice(-10))
      .map((assertion, index) => {
        const element = writeAssertion(assertion)
        const at = assertion.version === '1.1' ? element.children.length : 1
        return [
          `t${index}`,
          documentOf({ ...element, children: element.children.toSpliced(at, 0, emptySignature(assertion.id)) }),
        ]
      }),
  )

describe('what others sign verifies with ours, values unchanged:', () => {
  test.skipIf(!oracles.java)('the JDK, with a prefix list; it needs a JDK', { timeout }, () => {
    const signed = Object.values(javaSigns(unsigned(), signer))
    expect(signed).toHaveLength(assertions.length)
    signed.forEach((text, index) => saysAsWritten(text, assertions[index] as Assertion))
  })

  test.skipIf(!oracles.xmlsec1)('xmlsec1, which needs xmlsec1', { timeout }, () => {
    const chosen = assertions.slice(0, 10).concat(assertions.slice(-10))
    const signed = Object.values(xmlsecSigns(templates(), signer))
    expect(signed).toHaveLength(chosen.length)
    signed.forEach((text, index) => saysAsWritten(text, chosen[index] as Assertion))
  })
})
