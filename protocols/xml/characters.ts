/** A text that no XML 1.0 document can carry: it holds a control character, a non-character or half a surrogate pair. */
export class NotXmlText extends Error {
  override name = 'NotXmlText'
}

const illegal = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

/**
 * Whether every character may stand in an XML 1.0 document.
 *
 * @see XML 1.0 section 2.2
 */
export const isXmlText = (text: string): boolean => !illegal.test(text)

/**
 * The text itself.
 *
 * @throws {NotXmlText} naming the first character that XML 1.0 has no way to write
 */
export const xmlText = (text: string): string => {
  const found = illegal.exec(text)
  if (found === null) return text
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  throw new NotXmlText(`U+${code} at ${found.index} cannot be written in XML`)
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;',
  '\u0085': '&#x85;', '\u2028': '&#x2028;', '\u2029': '&#x2029;',
} // prettier-ignore

/** Most texts hold none of these: characters that are escaped somewhere, and those that may be none of XML. */
const conspicuous = /[^ !#-%'-;=?-\u0084\u0086-\u2027\u202A-\uD7FF\uE000-\uFFFD]/

/** What is escaped: in canonical forms, and in documents. */
const escaped = {
  text: { canonical: /[&<>\r]/g, document: /[&<>\r\u0085\u2028\u2029]/g },
  attribute: { canonical: /[&<"\t\n\r]/g, document: /[&<"\t\n\r\u0085\u2028\u2029]/g },
}

/**
 * What a text is written for. Documents also escape the line ends of XML 1.1 (U+0085, U+2028, U+2029): a reference means the
 * same to every reader of XML 1.0, but some read these characters as line feeds when they stand there bare.
 */
export type Purpose = 'canonical' | 'document'

const escape = (text: string, characters: RegExp): string =>
  conspicuous.test(text) ? xmlText(text).replaceAll(characters, (one) => escapes[one] ?? one) : text

/**
 * Character data as markup.
 *
 * @throws {NotXmlText}
 * @see Canonical XML 1.0 section 2.3
 */
export const escapeText = (text: string, purpose: Purpose): string => escape(text, escaped.text[purpose])

/**
 * An attribute value as markup.
 *
 * @throws {NotXmlText}
 * @see Canonical XML 1.0 section 2.3
 */
export const escapeAttribute = (text: string, purpose: Purpose): string => escape(text, escaped.attribute[purpose])
