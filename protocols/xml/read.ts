import { orRefused, refuse } from '../refusal.ts'
import type { Refused } from '../refusal.ts'
import { isXmlText } from './characters.ts'
import type { Attribute, Element, Namespaces } from './element.ts'
import { namespaces } from './namespaces.ts'
import type { Scanner, XmlLimits } from './scan.ts'
import { characterOf, scannerOf, xmlLimits } from './scan.ts'

const referencesIn = (text: string): string => {
  if (!text.includes('&')) return text
  const scanner = scannerOf(text)
  let value = ''
  while (!scanner.done) {
    const plain = scanner.take('text')
    if (plain === null) value += reference(scanner)
    else value += plain[0]
  }
  return value
}

const reference = (scanner: Scanner): string => {
  const found = scanner.take('reference')
  return found === null ? refuse('entity', 'an entity that only a DTD could declare') : characterOf(found, isXmlText)
}

type Raw = { prefix: string; local: string; value: string }

const attributesOf = (scanner: Scanner, limits: XmlLimits): Raw[] => {
  const found: Raw[] = []
  const seen = new Set<string>()
  for (let next = scanner.take('attribute'); next !== null; next = scanner.take('attribute')) {
    const [, prefix = '', local = '', quoted, apostrophed] = next
    const value = referencesIn((quoted ?? apostrophed ?? '').replaceAll(/[\t\n]/g, ' '))
    if (seen.has(`${prefix}:${local}`)) refuse('not-xml', 'an attribute twice')
    seen.add(`${prefix}:${local}`)
    if (found.push({ prefix, local, value }) > limits.attributes) refuse('too-large', 'too many attributes')
  }
  return found
}

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/

const declarationOf = ({ prefix, local, value }: Raw): [string, string] | undefined => {
  if (prefix === '' ? local !== 'xmlns' : prefix !== 'xmlns') return undefined
  const declared = prefix === '' ? '' : local
  const reserved =
    declared === 'xmlns' || value === namespaces.xmlns || (declared === 'xml') !== (value === namespaces.xml)
  if (reserved) refuse('not-xml', 'a reserved prefix or namespace')
  if (value === '' && declared !== '') refuse('not-xml', 'a prefix without namespace')
  if (value !== '' && !absolute.test(value)) refuse('relative-namespace', 'a namespace that is no absolute URI')
  return [declared, value]
}

type Open = { element: Element; children: (Element | string)[]; inForce: Namespaces; tag: string }

const openOf = (scanner: Scanner, inForce: Namespaces, limits: XmlLimits): Open | undefined => {
  const found = scanner.take('open')
  if (found === null) return undefined
  const [, prefix = '', local = ''] = found
  const raw = attributesOf(scanner, limits)
  const declarations = raw.map(declarationOf).filter((one) => one !== undefined)
  const below: Namespaces = declarations.length > 0 ? new Map([...inForce, ...declarations]) : inForce
  if (below.size > limits.declarations) refuse('too-large', 'too many namespaces')

  const resolve = (given: string): string => below.get(given) ?? refuse('not-xml', 'a prefix that nobody declared')
  const attributes = raw
    .filter((one) => declarationOf(one) === undefined)
    .map((one): Attribute => ({ ...one, namespace: one.prefix === '' ? '' : resolve(one.prefix) }))
  if (new Set(attributes.map((one) => `${one.namespace} ${one.local}`)).size < attributes.length) {
    refuse('not-xml', 'an attribute twice, by two prefixes')
  }
  const children: (Element | string)[] = []
  const namespace = prefix === '' ? (below.get('') ?? '') : resolve(prefix)
  const element: Element = { prefix, local, namespace, attributes, declared: below, children }
  return { element, children, inForce: below, tag: `${prefix}:${local}` }
}

const addText = (children: (Element | string)[], text: string): void => {
  const last = children.at(-1)
  if (typeof last === 'string') children[children.length - 1] = last + text
  else if (text !== '') children.push(text)
}

/** What is no tag: character data, a reference, a CDATA section, or a reason to stop. */
const characters = (scanner: Scanner): string => {
  const text = scanner.take('text')
  if (text !== null) return text[0].includes(']]>') ? refuse('not-xml', 'the end of a CDATA section') : text[0]
  if (scanner.startsWith('&')) return reference(scanner)
  if (scanner.take('cdata')) return scanner.until(']]>') ?? refuse('not-xml', 'a CDATA section without end')
  return misplaced(scanner)
}

const misplaced = (scanner: Scanner): never => {
  if (scanner.startsWith('<!--')) return refuse('comment', 'a comment')
  if (scanner.startsWith('<?')) return refuse('processing-instruction', 'a processing instruction')
  if (scanner.startsWith('<!DOCTYPE')) return refuse('dtd', 'a document type declaration')
  return refuse('not-xml', `no XML at ${scanner.at}`)
}

const elementAt = (scanner: Scanner, limits: XmlLimits): Element => {
  const stack: Open[] = []
  let count = 0
  let root: Element | undefined
  do {
    const parent = stack.at(-1)
    const opened = openOf(scanner, parent?.inForce ?? new Map([['xml', namespaces.xml]]), limits)
    if (opened !== undefined) {
      if ((count += 1) > limits.elements) refuse('too-large', 'too many elements')
      if (stack.length >= limits.depth) refuse('too-deep', 'elements too deep in each other')
      root ??= opened.element
      parent?.children.push(opened.element)
      const [, empty] = scanner.take('openEnd') ?? refuse('not-xml', `no end of a tag at ${scanner.at}`)
      if (empty === '') stack.push(opened)
    } else if (parent === undefined) {
      misplaced(scanner)
    } else {
      const closed = scanner.take('close')
      if (closed === null) addText(parent.children, characters(scanner))
      else if (`${closed[1] ?? ''}:${closed[2]}` === parent.tag) stack.pop()
      else refuse('not-xml', `an end tag of something else before ${scanner.at}`)
    }
  } while (stack.length > 0)
  return root ?? refuse('not-xml', 'no element')
}

/**
 * Reads a document, strictly and in bounded time and memory. It is refused for what is no XML 1.0 with namespaces, and also
 * for what XML allows but nothing that issues tokens writes, because readers are known to disagree about it: a document type
 * declaration, any entity but the five predefined ones, comments, processing instructions, relative namespace URIs, names
 * beyond U+FFFF, and sizes beyond the limits. CDATA sections are text. An XML declaration may stand first.
 *
 * @see XML 1.0; Namespaces in XML 1.0
 */
export const readXml = (text: string, limits: XmlLimits = xmlLimits): { is: 'document'; root: Element } | Refused =>
  orRefused(() => ({ is: 'document', root: rootOf(text, limits) }))

/** As {@link readXml}, for readers inside `orRefused`. */
export const rootOf = (text: string, limits: XmlLimits = xmlLimits): Element => {
  if (text.length > limits.bytes || Buffer.byteLength(text) > limits.bytes) refuse('too-large', 'too many bytes')
  if (!isXmlText(text)) refuse('not-xml', 'a character that XML does not have')
  const scanner = scannerOf(text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n'))
  scanner.take('declaration')
  scanner.take('space')
  const root = elementAt(scanner, limits)
  scanner.take('space')
  return scanner.done ? root : misplaced(scanner)
}
