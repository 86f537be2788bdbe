import { escapeAttribute, escapeLineEnds, escapeText } from './characters.ts'
import type { Element, Namespaces } from './element.ts'

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** The declarations that an element writes: of the names it uses, and of the extra ones when they are given. */
const declarationsOf = (element: Element, inForce: Namespaces, extra?: Namespaces): [string, string][] => {
  const wanted = new Map(extra)
  wanted.set(element.prefix, element.namespace)
  for (const { prefix, namespace } of element.attributes) if (prefix !== '') wanted.set(prefix, namespace)
  return [...wanted]
    .filter(([prefix, namespace]) => prefix !== 'xml' && (inForce.get(prefix) ?? '') !== namespace)
    .toSorted(([one], [other]) => inOrder(one, other))
}

const qualified = (prefix: string, local: string): string => (prefix === '' ? local : `${prefix}:${local}`)

const writeInto = (out: string[], element: Element, inForce: Namespaces, extra: boolean, above?: Namespaces): void => {
  const declared = declarationsOf(element, inForce, extra && element.declared !== above ? element.declared : undefined)
  const name = qualified(element.prefix, element.local)
  out.push('<', name)
  for (const [prefix, namespace] of declared) {
    out.push(prefix === '' ? ' xmlns="' : ` xmlns:${prefix}="`, escapeAttribute(namespace), '"')
  }
  const attributes = element.attributes.toSorted(
    (one, other) => inOrder(one.namespace, other.namespace) || inOrder(one.local, other.local),
  )
  for (const { prefix, local, value } of attributes) {
    out.push(` ${qualified(prefix, local)}="`, escapeAttribute(value), '"')
  }
  out.push('>')
  const below = declared.length > 0 ? new Map([...inForce, ...declared]) : inForce
  for (const child of element.children) {
    if (typeof child === 'string') out.push(escapeText(child))
    else writeInto(out, child, below, extra, element.declared)
  }
  out.push('</', name, '>')
}

/**
 * Writes an element in the form that exclusive canonicalization without comments gives it: each namespace declared where
 * it is first used, attributes in order, no empty-element tags, nothing between elements.
 *
 * @throws {NotXmlText}
 * @see Exclusive XML Canonicalization 1.0 section 3
 */
export const canonicalOf = (element: Element): string => {
  const out: string[] = []
  writeInto(out, element, new Map(), false)
  return out.join('')
}

/**
 * Writes an element as a document of its own, without XML declaration. It differs from the canonical form only in what
 * canonicalization undoes: declarations that no name needs (values like that of `xsi:type` do), and character references for
 * the line ends of XML 1.1.
 *
 * @throws {NotXmlText}
 */
export const documentOf = (element: Element): string => {
  const out: string[] = []
  writeInto(out, element, new Map(), true)
  return escapeLineEnds(out.join(''))
}
