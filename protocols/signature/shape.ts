import { refuse } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, elementsOf, isNamed, textOf } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { algorithms } from './algorithms.ts'

/** The child elements, which must be these, in this order, with nothing but space between them. */
const partsOf = (element: Element, names: readonly string[]): Element[] => {
  const parts = elementsOf(element)
  const fits =
    parts.length === names.length &&
    parts.every((part, index) => isNamed(part, names[index] ?? '', namespaces.signature)) &&
    textOf(element).trim() === ''
  return fits ? parts : refuse('signature-shape', `${element.local} does not consist of ${names.join(', ')}`)
}

/** The algorithm of an element that says nothing else, but for the prefix list of a canonicalization. */
const algorithmOf = (element: Element): string => {
  const algorithm = attributeNamed(element, 'Algorithm') ?? ''
  const inside = elementsOf(element)
  const prefixList = algorithm === algorithms.exclusive && inside.length === 1 ? inside[0] : undefined
  const fits = prefixList
    ? isNamed(prefixList, 'InclusiveNamespaces', namespaces.canonicalization)
    : inside.length === 0
  if (!fits || textOf(element).trim() !== '') refuse('signature-shape', `${element.local} has parameters`)
  return algorithm
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const checkBase64 = (element: Element): void => {
  const text = textOf(element).replaceAll(/[ \t\r\n]/g, '')
  if (elementsOf(element).length > 0 || text === '' || !base64.test(text)) {
    refuse('signature-shape', `${element.local} is no base64`)
  }
}

const checkAlgorithm = (element: Element, allowed: readonly string[]): void => {
  const algorithm = algorithmOf(element)
  if (!allowed.includes(algorithm)) refuse('unknown-algorithm', `${element.local} names ${algorithm}`)
}

/** Refuses transforms other than the two, in their order, before anything is transformed. */
const checkTransforms = (element: Element): void => {
  const transforms = elementsOf(element)
  const [enveloped, exclusive, ...more] = transforms
  const fits =
    more.length === 0 &&
    transforms.every((one) => isNamed(one, 'Transform', namespaces.signature)) &&
    enveloped !== undefined &&
    exclusive !== undefined &&
    attributeNamed(enveloped, 'Algorithm') === algorithms.enveloped &&
    attributeNamed(exclusive, 'Algorithm') === algorithms.exclusive
  if (!fits || textOf(element).trim() !== '') return refuse('transforms', 'not enveloped-signature, then exclusive')
  transforms.forEach(algorithmOf)
}

/**
 * Refuses a signature that is anything but the plain enveloped one over the element of this id. It says nothing yet about
 * who signed. For readers inside `orRefused`.
 *
 * @see SAML Core 2.0 sections 5.4.1 to 5.4.5
 */
export const checkShape = (signature: Element, id: string, sha1: boolean): void => {
  const hasKeyInfo = elementsOf(signature).length > 2
  const [signedInfo, value] = partsOf(signature, ['SignedInfo', 'SignatureValue', ...(hasKeyInfo ? ['KeyInfo'] : [])])
  if (signedInfo === undefined || value === undefined) return
  checkBase64(value)

  const references = elementsOf(signedInfo).filter((one) => isNamed(one, 'Reference', namespaces.signature))
  if (references.length !== 1) refuse('foreign-reference', `${references.length} references`)
  const [canonicalization, method, reference] = partsOf(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ])
  if (canonicalization === undefined || method === undefined || reference === undefined) return
  checkAlgorithm(canonicalization, [algorithms.exclusive])
  checkAlgorithm(method, sha1 ? [algorithms.rsaSha256, algorithms.rsaSha1] : [algorithms.rsaSha256])
  if (attributeNamed(reference, 'URI') !== `#${id}`) refuse('foreign-reference', 'a reference to something else')

  const [transforms, digestMethod, digest] = partsOf(reference, ['Transforms', 'DigestMethod', 'DigestValue'])
  if (transforms === undefined || digestMethod === undefined || digest === undefined) return
  checkTransforms(transforms)
  checkAlgorithm(digestMethod, sha1 ? [algorithms.sha256, algorithms.sha1] : [algorithms.sha256])
  checkBase64(digest)
}
