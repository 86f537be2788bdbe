import { decodeForm } from '../../protocols/form.ts'
import type { Pairs, WireResponse } from '../../protocols/wire.ts'
import { headerOf, textOf, urlOf } from '../../protocols/wire.ts'
import type { Exchange } from '../record/exchange.ts'
import type { Form, Page } from './forms.ts'
import { readPage, refreshOf } from './forms.ts'

/** Where an answer sends a browser: on by itself, or nowhere. URLs are absolute when they can be parsed, else as given. */
export type Next =
  | { is: 'redirect'; to: string; keepsMethod: boolean }
  | { is: 'form-post'; action: string; form: Form }
  | { is: 'page'; status: number; page: Page }
  | { is: 'nothing' }

const redirects = new Set([301, 302, 303, 307, 308])

/** Whether a browser reads an answer as a page; one without a type is looked into. */
const isMarkup = (type = 'text/html') => /html|xml/i.test(type)

/** Text that a browser shows, or saves, as it is. */
const shown = (response: WireResponse): Page => ({
  text: textOf(response),
  forms: [],
  submitsItself: false,
  refresh: undefined,
  loads: [],
})

const known = new WeakMap<Exchange, Next>()

/** Reads the answer of an exchange as a browser does. Asked again, it does not read again: the browser, the dialect and checks all ask. */
export const nextOf = (exchange: Exchange): Next => {
  const next = known.get(exchange) ?? read(exchange)
  known.set(exchange, next)
  return next
}

const read = ({ request, response }: Exchange): Next => {
  if (response === undefined) return { is: 'nothing' }
  const location = headerOf(response.headers, 'location')
  if (redirects.has(response.status) && location !== undefined) {
    return { is: 'redirect', to: resolve(location, urlOf(request)), keepsMethod: response.status >= 307 }
  }
  const page = isMarkup(headerOf(response.headers, 'content-type')) ? readPage(textOf(response)) : shown(response)
  const refresh = page.refresh ?? refreshOf(headerOf(response.headers, 'refresh') ?? '')
  const [form] = page.forms
  if (page.submitsItself && form !== undefined) {
    return { is: 'form-post', action: resolve(form.action, urlOf(request)), form }
  }
  if (refresh !== undefined) return { is: 'redirect', to: resolve(refresh, urlOf(request)), keepsMethod: false }
  return { is: 'page', status: response.status, page }
}

/** Resolves a reference the way browsers do (URL Standard); what they cannot parse stays as it is. */
export const resolve = (reference: string, base: string): string =>
  URL.canParse(reference, base) ? new URL(reference, base).href : reference

/** The parameters that a URL carries in its query and its fragment. */
export const paramsOf = (url: string): Pairs => {
  const [before = '', fragment = ''] = url.split('#')
  const query = before.includes('?') ? before.slice(before.indexOf('?') + 1) : ''
  return [...decodeForm(query), ...(fragment.includes('=') ? decodeForm(fragment) : [])]
}
