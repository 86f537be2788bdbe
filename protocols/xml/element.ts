import { namespaces } from './namespaces.ts'

/** One attribute that is no namespace declaration; `namespace` is empty for a name without prefix. */
export type Attribute = { prefix: string; local: string; namespace: string; value: string }

/** Namespace URIs by prefix; the empty prefix is the default namespace. */
export type Namespaces = ReadonlyMap<string, string>

/** One element of a document, apart from how it was or will be written. Neighbouring texts are one string. */
export type Element = {
  prefix: string
  local: string
  namespace: string
  attributes: readonly Attribute[]
  /** Declarations to be written although no name needs them. Of an element that was read: all that are in force there. */
  declared?: Namespaces
  children: readonly (Element | string)[]
}

/** What may stand between the tags of an element that is being built; `undefined` is left out. */
export type Content = Element | string | undefined

const attributePrefixes: Readonly<Record<string, string>> = {
  xml: namespaces.xml,
  xsi: namespaces.schemaInstance,
  s: namespaces.soap12,
  u: namespaces.utility,
}

/** Attributes by name, for building; `undefined` is left out. Prefixes: `xml`, `xsi`, `s` (SOAP 1.2), `u` (WSS utility). */
export type Attributes = Readonly<Record<string, string | undefined>>

const attributeOf = (name: string, value: string): Attribute => {
  const colon = name.indexOf(':')
  if (colon === -1) return { prefix: '', local: name, namespace: '', value }
  const prefix = name.slice(0, colon)
  return { prefix, local: name.slice(colon + 1), namespace: attributePrefixes[prefix] ?? '', value }
}

const attributesOf = (given: Attributes): Attribute[] => {
  const attributes: Attribute[] = []
  for (const [name, value] of Object.entries(given)) if (value !== undefined) attributes.push(attributeOf(name, value))
  return attributes
}

/** Makes the builder of one vocabulary: its elements have this prefix, empty for the default namespace. */
export const vocabulary =
  (prefix: string, namespace: string, declared?: Namespaces) =>
  (local: string, attributes?: Attributes, ...content: Content[]): Element => {
    const children = content.includes(undefined) ? content.filter((child) => child !== undefined) : content
    const element = {
      prefix,
      local,
      namespace,
      attributes: attributes === undefined ? [] : attributesOf(attributes),
      children: children as (Element | string)[],
    }
    return declared === undefined ? element : { ...element, declared }
  }

/** The elements among the children. */
export const elementsOf = (element: Element): Element[] => element.children.filter((child) => typeof child !== 'string')

/** Whether an element has this name in one of these namespaces. */
export const isNamed = (element: Element, local: string, ...among: readonly string[]): boolean =>
  element.local === local && among.includes(element.namespace)

/** The children of this name, in the namespace of their parent unless others are given. */
export const childrenNamed = (element: Element, local: string, ...among: readonly string[]): Element[] =>
  elementsOf(element).filter((child) => isNamed(child, local, ...(among.length > 0 ? among : [element.namespace])))

/** The first child of this name, as {@link childrenNamed} finds it. */
export const childNamed = (element: Element, local: string, ...among: readonly string[]): Element | undefined =>
  childrenNamed(element, local, ...among)[0]

/** All text directly inside an element. */
export const textOf = (element: Element): string =>
  element.children.filter((child) => typeof child === 'string').join('')

/** The value of an attribute, by default of one without namespace. */
export const attributeNamed = (element: Element, local: string, namespace = ''): string | undefined =>
  element.attributes.find((one) => one.local === local && one.namespace === namespace)?.value

/** An element and everything below it, in document order. */
export const withDescendants = (element: Element): Element[] => [
  element,
  ...elementsOf(element).flatMap((child) => withDescendants(child)),
]
