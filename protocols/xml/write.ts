import { escapeAttribute, escapeLineEnds, escapeText } from './characters.ts'
import type { Attribute, Element, Namespaces } from './element.ts'

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

type Declarations = readonly (readonly [prefix: string, namespace: string])[]
const none: Declarations = []

/** The declarations that an element writes: of the names it uses, and of the extra ones when they are given. */
const declarationsOf = (element: Element, inForce: Namespaces, extra?: Namespaces): Declarations => {
  const known = (prefix: string, namespace: string) => prefix === 'xml' || (inForce.get(prefix) ?? '') === namespace
  const settled = (one: Attribute) => one.prefix === '' || known(one.prefix, one.namespace)
  if (!extra && known(element.prefix, element.namespace) && element.attributes.every(settled)) return none
  const wanted = new Map(extra)
  wanted.set(element.prefix, element.namespace)
  for (const { prefix, namespace } of element.attributes) if (prefix !== '') wanted.set(prefix, namespace)
  return [...wanted]
    .filter(([prefix, namespace]) => !known(prefix, namespace))
    .toSorted(([one], [other]) => inOrder(one, other))
}

const inAttributeOrder = (one: Attribute, other: Attribute): number =>
  inOrder(one.namespace, other.namespace) || inOrder(one.local, other.local)

const qualified = (prefix: string, local: string): string => (prefix === '' ? local : `${prefix}:${local}`)

const written = (element: Element, inForce: Namespaces, extra: boolean, above?: Namespaces): string => {
  const declared = declarationsOf(element, inForce, extra && element.declared !== above ? element.declared : undefined)
  const name = qualified(element.prefix, element.local)
  let text = `<${name}`
  for (const [prefix, namespace] of declared) {
    text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(namespace)}"`
  }
  for (const { prefix, local, value } of element.attributes.toSorted(inAttributeOrder)) {
    text += ` ${qualified(prefix, local)}="${escapeAttribute(value)}"`
  }
  text += '>'
  const below = declared.length > 0 ? new Map([...inForce, ...declared]) : inForce
  for (const child of element.children) {
    text += typeof child === 'string' ? escapeText(child) : written(child, below, extra, element.declared)
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
export const canonicalOf = (element: Element): string => written(element, new Map(), false)

/**
 * Writes an element as a document of its own, without XML declaration. It differs from the canonical form only in what
 * canonicalization undoes: declarations that no name needs (values like that of `xsi:type` do), and character references for
 * the line ends of XML 1.1.
 *
 * @throws {NotXmlText}
 */
export const documentOf = (element: Element): string => escapeLineEnds(written(element, new Map(), true))
