import { createHash } from 'node:crypto'

/** What a target says is shown, never obeyed: all but plain ASCII and line ends is spelled out, and it is cut. */
export const printable = (text: string, longest = 4_000): string =>
  clip(text, longest).replaceAll(
    /[^\n\u0020-\u007E]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )

/** On one line. */
export const inOneLine = (text: string, longest = 4_000): string =>
  printable(text, longest).replaceAll('\n', String.raw`\u{a}`)

/** The start of a text that is too long, and how much of it is left out. */
export const clip = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest)} [${text.length - longest} characters more]` : text

/** Start and end of a text that is too long. */
export const clipMiddle = (text: string, longest: number): string => {
  if (text.length <= longest) return text
  const tail = Math.floor((longest - 3) / 2)
  return `${text.slice(0, longest - 3 - tail)}...${text.slice(text.length - tail)}`
}

/** Markdown that shows a text as it is, in a line. */
export const inlineCode = (text: string): string => {
  const shown = inOneLine(text, 500)
  const fence = fenceFor(shown, 1)
  return `${fence} ${shown} ${fence}`
}

/** Markdown that shows a text as it is, in a block. */
export const codeBlock = (text: string): string => {
  const shown = printable(text)
  const fence = fenceFor(shown, 3)
  return `${fence}\n${shown}\n${fence}`
}

const fenceFor = (text: string, least: number) =>
  '`'.repeat(Math.max(least, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))

/** An id that only depends on what is given. */
export const uuidOf = (...parts: readonly unknown[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
