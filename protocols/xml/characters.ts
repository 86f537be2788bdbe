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

const inText: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' }
const inAttributes: Record<string, string> = {
  '&': '&amp;', '<': '&lt;', '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;',
} // prettier-ignore

/** Most texts hold none of these: characters that are escaped somewhere, and those that may be none of XML. */
const conspicuous = /[^ !#-%'-;=?-\uD7FF\uE000-\uFFFD]/

/**
 * Character data in its canonical form.
 *
 * @throws {NotXmlText}
 * @see Canonical XML 1.0 section 2.3
 */
export const escapeText = (text: string): string =>
  conspicuous.test(text) ? xmlText(text).replaceAll(/[&<>\r]/g, (one) => inText[one] ?? one) : text

/**
 * An attribute value in its canonical form.
 *
 * @throws {NotXmlText}
 * @see Canonical XML 1.0 section 2.3
 */
export const escapeAttribute = (text: string): string =>
  conspicuous.test(text) ? xmlText(text).replaceAll(/[&<"\t\n\r]/g, (one) => inAttributes[one] ?? one) : text

/**
 * Writes the line ends of XML 1.1 (U+0085, U+2028, U+2029) as character references. They mean the same to every reader of
 * XML 1.0, but some read them as line feeds when they stand there bare.
 */
export const escapeLineEnds = (markup: string): string =>
  markup.replaceAll(/[\u0085\u2028\u2029]/g, (one) => `&#x${one.charCodeAt(0).toString(16).toUpperCase()};`)
