import type { KeyObject } from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import { refuse } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, withDescendants } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { rootOf } from '../xml/read.ts'
import type { XmlLimits } from '../xml/scan.ts'
import { documentOf } from '../xml/write.ts'
import { algorithms } from './algorithms.ts'
import { idOf } from './sign.ts'
import { checkShape } from './shape.ts'

/** Whom to believe and how far: keys come from configuration, never from the message. */
export type Trust = {
  keys: readonly KeyObject[]
  /** Also RSA-SHA1 and SHA-1, for what old issuers send. */
  sha1?: boolean
  /** How much is read; {@link xmlLimits}, when absent. */
  limits?: XmlLimits
}

/** What was signed: the element as it stands in the signed bytes, without its signature, and the key that verified it. */
export type Signed = { element: Element; bytes: string; key: KeyObject }

const isId = (local: string): boolean => ['id', 'assertionid'].includes(local.toLowerCase())

/** Refuses an id that occurs twice in a message, whatever the attribute that carries it is called. */
export const checkIds = (root: Element): void => {
  const seen = new Set<string>()
  for (const { attributes } of withDescendants(root)) {
    const ids = attributes.filter(({ local }) => isId(local))
    if (ids.length > 1) refuse('duplicate-id', 'an element with two ids')
    for (const { value } of ids) {
      if (seen.has(value)) refuse('duplicate-id', 'an id that occurs twice')
      seen.add(value)
    }
  }
}

const only = <Table extends object>(table: Table, names: readonly string[]): Table =>
  Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name))) as Table

/** What xml-crypto says of one key. */
type Answer = { is: 'signed'; bytes: string } | { is: 'altered' } | { is: 'foreign' }

const askXmlCrypto = (text: string, signature: string, key: KeyObject, sha1: boolean, idName: string): Answer => {
  const checker = new SignedXml({ publicCert: key })
  checker.idAttributes = [idName]
  checker.SignatureAlgorithms = only(checker.SignatureAlgorithms, [
    algorithms.rsaSha256,
    ...(sha1 ? [algorithms.rsaSha1] : []),
  ])
  checker.HashAlgorithms = only(checker.HashAlgorithms, [algorithms.sha256, ...(sha1 ? [algorithms.sha1] : [])])
  checker.CanonicalizationAlgorithms = only(checker.CanonicalizationAlgorithms, [
    algorithms.exclusive,
    algorithms.enveloped,
  ])
  checker.loadSignature(signature)
  try {
    if (!checker.checkSignature(text)) return { is: 'altered' }
  } catch {
    return { is: 'foreign' }
  }
  const [bytes] = checker.getSignedReferences()
  return bytes === undefined ? { is: 'altered' } : { is: 'signed', bytes }
}

/**
 * Verifies the enveloped signature of an element and answers what was signed, read again from the signed bytes: nothing else
 * of the message may be believed. For readers inside `orRefused`.
 *
 * The element must carry exactly one signature as its child, and the message no other; the signature has one reference, to the
 * element's own id, which nothing else in the message has. xml-crypto does the canonicalization and the cryptography, on
 * a document that is written anew from what was read, so that no second parser sees the message itself.
 *
 * @param root of the message that the element stands in
 * @see XML Signature section 3.2; SAML Core 2.0 section 5.4
 */
export const verifySigned = (element: Element, root: Element, { keys, sha1 = false, limits }: Trust): Signed => {
  checkIds(root)
  const signatures = withDescendants(root).filter(
    ({ local, namespace }) => local === 'Signature' && namespace === namespaces.signature,
  )
  const own = element.children
    .filter((child) => typeof child !== 'string')
    .filter((child) => signatures.includes(child))
  if (own.length === 0) refuse('unsigned', 'the element carries no signature')
  if (signatures.length > 1) refuse('two-signatures', 'several signatures in one message')
  const [signature] = own
  const id = idOf(element)
  if (signature === undefined || id === undefined || !/^[^\s'"]+$/.test(id)) {
    return refuse('foreign-reference', 'no id to refer to')
  }
  checkShape(signature, id, sha1)

  const text = documentOf(element)
  const idName = attributeNamed(element, 'ID') === id ? 'ID' : 'AssertionID'
  const signatureText = documentOf(signature)
  for (const key of keys) {
    const answer = askXmlCrypto(text, signatureText, key, sha1, idName)
    if (answer.is === 'altered') refuse('altered', 'the digest is of something else')
    if (answer.is === 'signed') return { element: rootOf(answer.bytes, limits), bytes: answer.bytes, key }
  }
  return refuse('foreign-key', 'no configured key verifies the signature')
}
