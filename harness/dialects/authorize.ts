import { encodeForm } from '../../protocols/form.ts'
import type { Pairs, WireRequest } from '../../protocols/wire.ts'
import { nextOf, paramsOf } from '../agent/next.ts'
import type { Exchange } from '../record/exchange.ts'
import type { AuthorizeInput, CallbackInput, Dialect, Endpoints, Outcome } from './dialect.ts'

const names = [
  ['clientId', 'client_id'],
  ['responseType', 'response_type'],
  ['redirectUri', 'redirect_uri'],
  ['resource', 'resource'],
  ['state', 'state'],
] as const

/** The parameters that checks vary one by one: a dialect neither leaves them away nor gives them a value. */
export const variedParameters: readonly string[] = ['client_id', 'response_type', 'redirect_uri', 'state']

/** Method not allowed, too many requests, and trouble of a gateway: the request was not judged at all. */
export const overloaded: ReadonlySet<number> = new Set([405, 429, 502, 503, 504])

type Form = Pick<Dialect, 'parameters' | 'realmPath' | 'versionPath'>

/**
 * An authorization request with the parameters of RFC 6749 section 4.1.1 and `resource`, less those that the dialect does
 * not know, and its own constant ones.
 */
export const authorizeRequest = (
  input: AuthorizeInput,
  { target, paths }: Endpoints,
  { parameters, realmPath, versionPath }: Form,
): WireRequest => {
  const asked = names
    .filter(([, name]) => parameters[name] !== null)
    .flatMap(([key, name]) => [input[key]].flat().map((value): Pairs[number] => [name, value]))
  const constant = Object.entries(parameters).flatMap(([name, value]): Pairs => (value === null ? [] : [[name, value]]))
  const realm = input.realm === undefined ? '' : (realmPath ?? '').replace('{realm}', input.realm)
  const path =
    input.version === undefined ? paths.authorize : (versionPath ?? paths.authorize).replace('{version}', input.version)
  const form = encodeForm([...asked, ...constant, ...(input.more ?? [])])
  if (input.method === 'POST') return post(target, realm + path, form, input.accept)
  return get(target, `${realm}${path}?${form}`, input.accept)
}

/** What the identity provider sends a browser back with, to the target's own callback, in the dialect's response mode. */
export const callbackRequest = (
  input: CallbackInput,
  { target, paths }: Endpoints,
  { responseMode }: Pick<Dialect, 'responseMode'>,
): WireRequest => {
  const pairs = (['code', 'state', 'error'] as const).flatMap((name): Pairs =>
    input[name] === undefined ? [] : [[name, input[name]]],
  )
  return responseMode === 'query'
    ? get(target, `${paths.callback}?${encodeForm(pairs)}`)
    : post(target, paths.callback, encodeForm(pairs))
}

/** A page that is asked for, as a browser does. */
export const get = (origin: string, rawPath: string, accept = 'text/html'): WireRequest => ({
  method: 'GET',
  origin,
  rawPath,
  headers: [['accept', accept]],
})

/** A form that is posted, as a browser or a client does. */
export const post = (origin: string, rawPath: string, form: string, accept = 'text/html'): WireRequest => ({
  method: 'POST',
  origin,
  rawPath,
  headers: [
    ['accept', accept],
    ['content-type', 'application/x-www-form-urlencoded'],
  ],
  body: new TextEncoder().encode(form),
})

/**
 * Reads where an authorization request ended. A refusal is known by the dialect's wording or by a status of 400 or more;
 * where the dialect leaves the wording open, by any page that speaks of an error.
 */
export const readAuthorize = (wording: Dialect['wording'], hops: readonly Exchange[]): Outcome => {
  const last = hops.at(-1)
  const next = last && nextOf(last)
  if (next === undefined || next.is === 'nothing') return { is: 'unreadable', why: 'there was no answer' }
  if (next.is === 'redirect') return { is: 'redirect', to: next.to, params: paramsOf(next.to) }
  if (next.is === 'form-post') return { is: 'form-post', action: next.action, fields: next.form.fields }

  const { text } = next.page
  const texts = Object.values(wording)
  const saysSo =
    texts.length > 0
      ? texts.some((one) => text.includes(one))
      : /\b(error|invalid|denied|refused|not allowed|mismatch)/i.test(text)
  if (!saysSo && overloaded.has(next.status))
    return { is: 'unreadable', why: `status ${next.status}, which says nothing of the request` }
  return next.status >= 400 || saysSo ? { is: 'refusal', text } : { is: 'page' }
}
