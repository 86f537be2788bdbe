import type { Purpose } from './characters.ts'
import { escapeAttribute, escapeText } from './characters.ts'
import type { Attribute, Element, Namespaces } from './element.ts'

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

type Declarations = readonly (readonly [prefix: string, namespace: string])[]
const none: Declarations = []

const isInForce = (inForce: Namespaces, prefix: string, namespace: string): boolean =>
  prefix === 'xml' || (inForce.get(prefix) ?? '') === namespace

const needsNone = ({ prefix, namespace, attributes }: Element, inForce: Namespaces): boolean => {
  if (!isInForce(inForce, prefix, namespace)) return false
  for (const one of attributes) if (one.prefix !== '' && !isInForce(inForce, one.prefix, one.namespace)) return false
  return true
}

/** The declarations that an element writes: of the names it uses, and of the extra ones when they are given. */
const declarationsOf = (element: Element, inForce: Namespaces, extra?: Namespaces): Declarations => {
  if (extra === undefined && needsNone(element, inForce)) return none
  const wanted = new Map(extra)
  wanted.set(element.prefix, element.namespace)
  for (const { prefix, namespace } of element.attributes) if (prefix !== '') wanted.set(prefix, namespace)
  return [...wanted]
    .filter(([prefix, namespace]) => !isInForce(inForce, prefix, namespace))
    .toSorted(([one], [other]) => inOrder(one, other))
}

const inAttributeOrder = (one: Attribute, other: Attribute): number =>
  inOrder(one.namespace, other.namespace) || inOrder(one.local, other.local)

const attributesInOrder = ({ attributes }: Element): readonly Attribute[] =>
  attributes.length > 1 ? attributes.toSorted(inAttributeOrder) : attributes

const qualified = (prefix: string, local: string): string => (prefix === '' ? local : `${prefix}:${local}`)

const written = (element: Element, inForce: Namespaces, purpose: Purpose, above?: Namespaces): string => {
  const extra = purpose === 'document' && element.declared !== above ? element.declared : undefined
  const declared = declarationsOf(element, inForce, extra)
  const name = qualified(element.prefix, element.local)
  let text = `<${name}`
  for (const [prefix, namespace] of declared) {
    text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(namespace, purpose)}"`
  }
  for (const { prefix, local, value } of attributesInOrder(element)) {
    text += ` ${qualified(prefix, local)}="${escapeAttribute(value, purpose)}"`
  }
  text += '>'
  const below = declared.length > 0 ? new Map([...inForce, ...declared]) : inForce
  for (const child of element.children) {
    text += typeof child === 'string' ? escapeText(child, purpose) : written(child, below, purpose, element.declared)
  }
  return `${text}</${name}>`
}

/**
 * Writes an element in the form that exclusive canonicalization without comments gives it: each namespace declared where
 * it is first used, attributes in order, no empty-element tags, nothing between elements.
 *
 * @throws {NotXmlText}
 * @see Exclusive XML Canonicalization 1.0 section 3
 */
export const canonicalOf = (element: Element): string => written(element, new Map(), 'canonical')

/**
 * Writes an element as a document of its own, without XML declaration. It differs from the canonical form only in what
 * canonicalization undoes: declarations that no name needs (values like that of `xsi:type` do), and character references for
 * the line ends of XML 1.1.
 *
 * @throws {NotXmlText}
 */
export const documentOf = (element: Element): string => written(element, new Map(), 'document')
