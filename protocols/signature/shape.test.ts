import { beforeAll, expect, test } from 'vitest'
import { replaced, withAttribute } from '../../fixtures/tampering/edit.ts'
import { makeSigner } from '../../fixtures/world/signing.ts'
import { orRefused } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { rootOf } from '../xml/read.ts'
import { documentOf } from '../xml/write.ts'
import { publicKeyOf } from './certificate.ts'
import type { Signer } from './sign.ts'
import { digestOf, signatureOver, signedInfoOf } from './sign.ts'
import { verifySigned } from './verify.ts'

const ds = vocabulary('ds', namespaces.signature)
const ec = vocabulary('ec', namespaces.canonicalization)
const document = vocabulary('', 'urn:d')('Document', { ID: '_d' }, 'content')
let signer: Signer
beforeAll(async () => {
  signer = await makeSigner('sts')
})

/** What the verifier says when the signer itself signed this `SignedInfo`, the whole signature changed afterwards. */
const verdict = async (info: (plain: Element) => Element, after = (signature: Element) => signature) => {
  const signature = after(await signatureOver(info(signedInfoOf('_d', digestOf(document))), signer))
  const text = documentOf({ ...document, children: [...document.children, signature] })
  const root = rootOf(text)
  const answer = orRefused(() => verifySigned(root, root, { keys: [publicKeyOf(signer.certificate)] }))
  return 'reason' in answer ? answer.reason : 'signed'
}
const same = (element: Element) => element
const algorithm = (local: string, uri: string) => (info: Element) =>
  replaced(info, local, (one) => [withAttribute(one, 'Algorithm', uri)])
const inside =
  (local: string, ...more: (Element | string)[]) =>
  (info: Element) =>
    replaced(info, local, (one) => [{ ...one, children: [...one.children, ...more] }])

test('a plain signature is one', async () => {
  expect(await verdict(same)).toBe('signed')
})

test('the prefix list of a canonicalization may stand, and space between the parts', async () => {
  const list = ec('InclusiveNamespaces', { PrefixList: 'xs' })
  expect(await verdict(inside('CanonicalizationMethod', list))).toBe('signed')
  expect(await verdict((info) => ({ ...info, children: ['\n', ...info.children, ' '] }))).toBe('signed')
})

test.each<[string, (info: Element) => Element, string]>([
  ['inclusive canonicalization', algorithm('CanonicalizationMethod', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'), 'unknown-algorithm'],
  ['canonicalization with comments', algorithm('CanonicalizationMethod', `${namespaces.canonicalization}WithComments`), 'unknown-algorithm'],
  ['RSA-SHA512', algorithm('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512'), 'unknown-algorithm'],
  ['RSA-SHA1', algorithm('SignatureMethod', `${namespaces.signature}rsa-sha1`), 'unknown-algorithm'],
  ['SHA-512', algorithm('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha512'), 'unknown-algorithm'],
  ['SHA-1', algorithm('DigestMethod', `${namespaces.signature}sha1`), 'unknown-algorithm'],
  ['a parameter of the signature method', inside('SignatureMethod', ds('HMACOutputLength', {}, '8')), 'signature-shape'],
  ['text in the signature method', inside('SignatureMethod', 'x'), 'signature-shape'],
  ['a parameter of a transform', inside('Transform', ds('XPath', {}, '1')), 'signature-shape'],
  ['a foreign element for a prefix list', inside('CanonicalizationMethod', ds('InclusiveNamespaces', { PrefixList: 'x' })), 'signature-shape'],
  ['a third transform', inside('Transforms', ds('Transform', { Algorithm: namespaces.canonicalization })), 'transforms'],
  ['text between transforms', inside('Transforms', 'x'), 'transforms'],
  ['a digest that is no base64', inside('DigestValue', '*'), 'signature-shape'],
  ['markup in the digest', inside('DigestValue', ds('x')), 'signature-shape'],
  ['text between the parts', inside('Reference', 'x'), 'signature-shape'],
  ['a part too many', inside('Reference', ds('Extra')), 'signature-shape'],
])('the signer cannot sign with %s', async (_, info, reason) => expect(await verdict(info)).toBe(reason)) // prettier-ignore

test.each<[string, (signature: Element) => Element, string]>([
  ['a second SignedInfo', (one) => replaced(one, 'SignedInfo', (info) => [info, info]), 'signature-shape'],
  ['an object', (one) => ({ ...one, children: [...one.children, ds('Object')] }), 'signature-shape'],
  ['two key infos', (one) => replaced(one, 'KeyInfo', (info) => [info, info]), 'signature-shape'],
  ['its value after the key', (one) => ({ ...one, children: one.children.toReversed() }), 'signature-shape'],
  ['markup in its value', (one) => replaced(one, 'SignatureValue', (value) => [{ ...value, children: [...value.children, ds('x')] }]), 'signature-shape'],
  ['another value', (one) => replaced(one, 'SignatureValue', (value) => [{ ...value, children: ['AAAA'] }]), 'foreign-key'],
  ['no key info', (one) => replaced(one, 'KeyInfo', () => []), 'signed'],
])('a signature with %s', async (_, after, reason) => expect(await verdict(same, after)).toBe(reason)) // prettier-ignore
