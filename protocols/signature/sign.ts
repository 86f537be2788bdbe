import { hash, webcrypto } from 'node:crypto'
import type { Element } from '../xml/element.ts'
import { attributeNamed, vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { canonicalOf } from '../xml/write.ts'
import { algorithms } from './algorithms.ts'

/** Who signs: an RSA key and the certificate that is published for it, as base64 of its DER form. */
export type Signer = {
  /** For RSASSA-PKCS1-v1_5 with SHA-256. */
  privateKey: webcrypto.CryptoKey
  certificate: string
  /** The same key for SHA-1; only to make what old issuers send. */
  sha1Key?: webcrypto.CryptoKey
}

/** What a signature is made of; the default is RSA-SHA256 with SHA-256. */
export type SignatureKind = 'sha256' | 'sha1'

const ds = vocabulary('ds', namespaces.signature)

const kinds = {
  sha256: { signature: algorithms.rsaSha256, digest: algorithms.sha256, hash: 'sha256' },
  sha1: { signature: algorithms.rsaSha1, digest: algorithms.sha1, hash: 'sha1' },
} as const

/** The digest of an element in exclusive canonical form, as base64. */
export const digestOf = (element: Element, kind: SignatureKind = 'sha256'): string =>
  hash(kinds[kind].hash, canonicalOf(element), 'base64')

/** The `SignedInfo` of an enveloped signature over the element of this id. */
export const signedInfoOf = (id: string, digest: string, kind: SignatureKind = 'sha256'): Element =>
  ds(
    'SignedInfo',
    {},
    ds('CanonicalizationMethod', { Algorithm: algorithms.exclusive }),
    ds('SignatureMethod', { Algorithm: kinds[kind].signature }),
    ds(
      'Reference',
      { URI: `#${id}` },
      ds(
        'Transforms',
        {},
        ds('Transform', { Algorithm: algorithms.enveloped }),
        ds('Transform', { Algorithm: algorithms.exclusive }),
      ),
      ds('DigestMethod', { Algorithm: kinds[kind].digest }),
      ds('DigestValue', {}, digest),
    ),
  )

/**
 * The `Signature` over a `SignedInfo`, with the signer's certificate as its `KeyInfo`.
 *
 * @throws {TypeError} for SHA-1 when the signer has no key for it
 */
export const signatureOver = async (
  signedInfo: Element,
  signer: Signer,
  kind: SignatureKind = 'sha256',
): Promise<Element> => {
  const key = kind === 'sha1' ? signer.sha1Key : signer.privateKey
  if (key === undefined) throw new TypeError('this signer has no key for SHA-1')
  const octets = Buffer.from(canonicalOf(signedInfo))
  const value = await webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', key, octets)
  return ds(
    'Signature',
    {},
    signedInfo,
    ds('SignatureValue', {}, Buffer.from(value).toString('base64')),
    ds('KeyInfo', {}, ds('X509Data', {}, ds('X509Certificate', {}, signer.certificate))),
  )
}

/** The id that a signature refers to: `ID`, or `AssertionID` in SAML 1.1. */
export const idOf = (element: Element): string | undefined =>
  attributeNamed(element, 'ID') ?? attributeNamed(element, 'AssertionID')

/**
 * Signs an element: its enveloped signature becomes the child number `at`, by default the last.
 *
 * The canonical form is what {@link canonicalOf} writes, so nothing is parsed; RSA is done by WebCrypto, off this thread.
 *
 * @throws {TypeError} when the element has no id
 * @see XML Signature sections 4.4, 6.6.4; SAML Core 2.0 section 5.4
 */
export const signElement = async (
  element: Element,
  signer: Signer,
  at: number = element.children.length,
  kind: SignatureKind = 'sha256',
): Promise<Element> => {
  const id = idOf(element)
  if (id === undefined) throw new TypeError('an element without id cannot be signed')
  const signature = await signatureOver(signedInfoOf(id, digestOf(element, kind), kind), signer, kind)
  return { ...element, children: element.children.toSpliced(at, 0, signature) }
}
