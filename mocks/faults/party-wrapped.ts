import { verify } from 'node:crypto'
import { apart, carrying } from '../../fixtures/tampering/edit.ts'
import { orRefused } from '../../protocols/refusal.ts'
import { assertionIn, assertionsIn } from '../../protocols/saml/read-assertion.ts'
import type { Expected } from '../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { digestOf, idOf } from '../../protocols/signature/sign.ts'
import { verifySigned } from '../../protocols/signature/verify.ts'
import type { Element } from '../../protocols/xml/element.ts'
import { attributeNamed, elementsOf, textOf, withDescendants } from '../../protocols/xml/element.ts'
import { readXml } from '../../protocols/xml/read.ts'
import { canonicalOf, documentOf } from '../../protocols/xml/write.ts'
import type { Believes } from './believing.ts'
import { refused } from './believing.ts'

/** A signed element anywhere in a message with its signature in it, and nothing beside in that. */
const signedIn = (root: Element): Element | undefined => {
  const all = withDescendants(root)
  const signature = all.find(({ local }) => local === 'Signature')
  const reference = signature && withDescendants(signature).find(({ local }) => local === 'Reference')
  const id = reference && attributeNamed(reference, 'URI')?.slice(1)
  const covered = all.find((element) => idOf(element) === id)
  if (signature === undefined || covered === undefined) return undefined
  const isSignature = (child: Element | string) => typeof child !== 'string' && child.local === 'Signature'
  const parts = ['SignedInfo', 'SignatureValue', 'KeyInfo']
  const bare = {
    ...signature,
    children: parts.flatMap((part) => elementsOf(signature).find(({ local }) => local === part) ?? []),
  }
  return carrying({ ...covered, children: covered.children.filter((child) => !isSignature(child)) }, bare)
}

/** Verifies whatever a message holds that is signed, and believes its first assertion. */
export const believingOutermost =
  (verified: (signed: Element, expected: Expected) => boolean): Believes =>
  (text, expected) => {
    const read = readXml(text)
    const signed = read.is === 'refused' ? undefined : signedIn(read.root)
    const [outermost] = assertionsIn(text)
    const honest = verifyToken(text, expected)
    if (honest.is === 'verified' || signed === undefined || outermost === undefined || !verified(signed, expected))
      return honest
    const bare = elementsOf(outermost).some(({ local }) => local === 'Signature') ? apart(outermost).rest : outermost
    const [key] = expected.keys
    return key === undefined
      ? refused
      : orRefused(() => ({ is: 'verified', assertion: assertionIn(bare), bytes: '', key }))
  }

/** A token that would be believed by itself. */
export const isAssertionVerified = (signed: Element, expected: Expected) =>
  signed.local === 'Assertion' && verifyToken(documentOf(signed), expected).is === 'verified'

/** Whatever the issuer has signed. */
export const isAnythingVerified = (signed: Element, expected: Expected) =>
  orRefused(() => {
    verifySigned(signed, signed, expected)
    return { is: 'signed' as const }
  }).is === 'signed'

/** Verifies a signature over a token that its digest fits, whatever it refers to, and believes the first token of the message. */
export const believingByDigest: Believes = (text, expected) => {
  const read = readXml(text)
  const honest = verifyToken(text, expected)
  const all = honest.is === 'verified' || read.is === 'refused' ? [] : withDescendants(read.root)
  const [info, value, digest] = ['SignedInfo', 'SignatureValue', 'DigestValue'].map((name) =>
    all.find(({ local }) => local === name),
  )
  const [outermost] = all.filter(({ local }) => local === 'Assertion')
  const [key] = expected.keys
  if (!info || !value || !digest || !outermost || !key) return honest
  const fits = all.some((one) => one.local === 'Assertion' && digestOf(one) === textOf(digest))
  const isSigned = verify('RSA-SHA256', Buffer.from(canonicalOf(info)), key, Buffer.from(textOf(value), 'base64'))
  return fits && isSigned
    ? orRefused(() => ({ is: 'verified', assertion: assertionIn(apart(outermost).rest), bytes: '', key }))
    : honest
}
