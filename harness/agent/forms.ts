import type { DefaultTreeAdapterTypes } from 'parse5'
import { parse } from 'parse5'
import type { Pairs } from '../../protocols/wire.ts'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** A form of a page, with the fields a browser would send. */
export type Form = {
  action: string
  method: 'GET' | 'POST'
  fields: Pairs
  password: string | undefined
  user: string | undefined
  /** The buttons that send it, each with what it adds to the fields. */
  buttons: Pairs
}

/** What of a page moves a browser on, or waits for a person; `loads` are the images and frames that it fetches by itself. */
export type Page = {
  text: string
  forms: Form[]
  submitsItself: boolean
  refresh: string | undefined
  loads: string[]
}

const attribute = (element: Element, name: string) => element.attrs.find((one) => one.name === name)?.value
const childrenOf = (node: Node): Node[] => ('childNodes' in node ? node.childNodes : [])
const isElement = (node: Node): node is Element => 'tagName' in node

/** Every node below another, in the order of the page; without recursion, since a page may be nested as deep as it likes. */
const all = (root: Node): Node[] => {
  const found: Node[] = []
  const open = childrenOf(root).toReversed()
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    found.push(node)
    for (const child of childrenOf(node).toReversed()) open.push(child)
  }
  return found
}

/** Whether a browser with scripts passes over an element. */
const inNoscript = (element: Element): boolean => {
  for (let node: Node | null = element; node; node = 'parentNode' in node ? node.parentNode : null) {
    if (isElement(node) && node.tagName === 'noscript') return true
  }
  return false
}

/** Where a refresh leads, by header or by meta element: `0; url=…`, or the URL alone behind the seconds. */
export const refreshOf = (content: string): string | undefined => {
  const [, url = ''] = /^\s*[\d.]*\s*[;,\s]\s*(?:url\s*=\s*)?['"]?([^'"]*)/i.exec(content) ?? []
  return url.trim() === '' ? undefined : url.trim()
}

/** What a handler would do later is not done by the page itself. */
const functionBody = /function\s*\w+\s*\([^)]*\)\s*\{[^}]*\}/g

/** The elements of a page as a browser makes them, in order, each with its attributes. */
export const elementsOf = (html: string): { name: string; attributes: Pairs }[] =>
  all(parse(html, { scriptingEnabled: false }))
    .filter(isElement)
    .map(({ tagName, attrs }) => ({ name: tagName, attributes: attrs.map(({ name, value }) => [name, value]) }))

/** Reads a page as a browser does: a broken one still has forms. Scripts are not run, only looked at. */
export const readPage = (html: string): Page => {
  const nodes = all(parse(html, { scriptingEnabled: false }))
  const elements = nodes.filter(isElement)
  const named = (tag: string) => elements.filter(({ tagName }) => tagName === tag)
  const scripts = named('script').flatMap(childrenOf).map(textIn).join('\n')
  const handlers = elements.map((element) => attribute(element, 'onload') ?? '').join('\n')
  const refresh = named('meta').find(
    (meta) => attribute(meta, 'http-equiv')?.toLowerCase() === 'refresh' && !inNoscript(meta),
  )

  return {
    text: nodes
      .filter(
        (node) =>
          !(
            'parentNode' in node &&
            node.parentNode &&
            isElement(node.parentNode) &&
            ['script', 'style'].includes(node.parentNode.tagName)
          ),
      )
      .map(textIn)
      .join(' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
    forms: named('form').map(formOf),
    submitsItself: /\.(request)?submit\b/i.test(scripts.replaceAll(functionBody, '') + handlers),
    refresh: refresh && refreshOf(attribute(refresh, 'content') ?? ''),
    loads: elements
      .filter(({ tagName }) => ['img', 'iframe', 'frame'].includes(tagName))
      .flatMap((element) => attribute(element, 'src') ?? []),
  }
}

const textIn = (node: Node): string => ('value' in node && node.nodeName === '#text' ? node.value : '')

const formOf = (form: Element): Form => {
  const inputs = all(form)
    .filter(isElement)
    .filter(({ tagName }) => ['input', 'textarea', 'button'].includes(tagName))
  const typeOf = (input: Element) =>
    attribute(input, 'type')?.toLowerCase() ?? (input.tagName === 'input' ? 'text' : '')
  const nameWhere = (types: readonly string[]) => {
    const found = inputs.find((input) => types.includes(typeOf(input)))
    return found && attribute(found, 'name')
  }
  const fields = inputs
    .filter(
      (input) => !['submit', 'button', 'image', 'reset', 'file'].includes(typeOf(input)) && input.tagName !== 'button',
    )
    .filter((input) => !['checkbox', 'radio'].includes(typeOf(input)) || attribute(input, 'checked') !== undefined)
    .flatMap((input): Pairs => {
      const name = attribute(input, 'name')
      return name === undefined ? [] : [[name, attribute(input, 'value') ?? childrenOf(input).map(textIn).join('')]]
    })

  return {
    action: attribute(form, 'action') ?? '',
    method: attribute(form, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    fields,
    password: nameWhere(['password']),
    user: nameWhere(['email', 'text']),
    buttons: inputs
      .filter(
        (input) =>
          typeOf(input) === 'submit' || (input.tagName === 'button' && !['button', 'reset'].includes(typeOf(input))),
      )
      .flatMap((button): Pairs => {
        const name = attribute(button, 'name')
        return name === undefined ? [] : [[name, attribute(button, 'value') ?? '']]
      }),
  }
}
