import type { Pairs } from './wire.ts'

/**
 * Encodes pairs as `application/x-www-form-urlencoded`, one after the other: repeated names survive, and every byte
 * outside the unreserved characters is percent-encoded, so that any string arrives as it is.
 *
 * @see RFC 3986 section 2.1; RFC 6749 appendix B
 */
export const encodeForm = (pairs: Pairs): string =>
  pairs.map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`).join('&')

/** Decodes a form or a query; a malformed percent sign stays as it is. */
export const decodeForm = (text: string): Pairs => [...new URLSearchParams(`&${text}`)]

const encodeStrict = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** The values of a name, in order. */
export const valuesOf = (pairs: readonly (readonly [string, string])[], name: string): string[] =>
  pairs.flatMap(([key, value]) => (key === name ? [value] : []))

/** The query of a raw path, decoded; a fragment is not part of it. */
export const queryOf = (rawPath: string): Pairs => {
  const path = rawPath.split('#', 1)[0] ?? ''
  const mark = path.indexOf('?')
  return mark === -1 ? [] : decodeForm(path.slice(mark + 1))
}

/** Adds pairs to a URL that may already have a query, before any fragment. */
export const withQuery = (url: string, pairs: Pairs): string => {
  const [before = '', ...fragment] = url.split('#')
  const joint = before.includes('?') ? (before.endsWith('?') || before.endsWith('&') ? '' : '&') : '?'
  return [before + joint + encodeForm(pairs), ...fragment].join('#')
}
