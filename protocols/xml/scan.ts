import { refuse } from '../refusal.ts'

/** How much is read at all. Bytes are those of UTF-8. */
export type XmlLimits = { bytes: number; depth: number; elements: number; attributes: number; declarations: number }

/** Ten times what real tokens and metadata need, and little enough to be read in well under a second. */
export const xmlLimits: XmlLimits = { bytes: 524_288, depth: 64, elements: 10_000, attributes: 64, declarations: 200 }

const start = 'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD' // prettier-ignore
const name = `[${start}][${start}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`
const qualified = `(?:(${name}):)?(${name})`

const sticky = (source: string) => new RegExp(source, 'y')

/** The lexical forms of the subset that is read. Names end at U+FFFF. */
const forms = {
  declaration: sticky(
    `<\\?xml[ \\t\\r\\n]+version[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"1\\.0"|'1\\.0')(?:[ \\t\\r\\n]+encoding[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"[Uu][Tt][Ff]-(?:8|16)"|'[Uu][Tt][Ff]-(?:8|16)'))?(?:[ \\t\\r\\n]+standalone[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \\t\\r\\n]*\\?>`,
  ),
  space: sticky('[ \\t\\r\\n]+'),
  text: sticky('[^<&]+'),
  reference: sticky('&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));'),
  cdata: sticky('<!\\[CDATA\\['),
  open: sticky(`<${qualified}`),
  attribute: sticky(`[ \\t\\r\\n]+${qualified}[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^"<]*)"|'([^'<]*)')`),
  openEnd: sticky('[ \\t\\r\\n]*(/?)>'),
  close: sticky(`</${qualified}[ \\t\\r\\n]*>`),
}

/** Walks over a text. Each `take` moves past one lexical form, or answers `null` and stays. */
export type Scanner = {
  readonly done: boolean
  take(form: keyof typeof forms): RegExpExecArray | null
  startsWith(text: string): boolean
  /** Moves past the next occurrence of a text and gives what stood before it; `undefined` when there is none. */
  until(end: string): string | undefined
  readonly at: number
}

/** A scanner at the beginning of a text. */
export const scannerOf = (text: string): Scanner => {
  let at = 0
  return {
    get done() {
      return at >= text.length
    },
    get at() {
      return at
    },
    take(form) {
      const pattern = forms[form]
      pattern.lastIndex = at
      const found = pattern.exec(text)
      if (found !== null) at = pattern.lastIndex
      return found
    },
    startsWith: (beginning) => text.startsWith(beginning, at),
    until(end) {
      const found = text.indexOf(end, at)
      if (found === -1) return undefined
      const before = text.slice(at, found)
      at = found + end.length
      return before
    },
  }
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The character that a reference stands for; refused when XML 1.0 has none. */
export const characterOf = (
  [, entity, decimal, hexadecimal]: RegExpExecArray,
  legal: (text: string) => boolean,
): string => {
  if (entity !== undefined) return named[entity] ?? ''
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number.parseInt(decimal, 10)
  const character = code > 0x10_ffff ? '' : String.fromCodePoint(code)
  return character === '' || !legal(character) ? refuse('not-xml', 'a reference to no character of XML') : character
}
