import { encodeForm } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'

/** A request that a target declares as data: a path, a form to post to it, headers; with `{word}` where something is put in. */
export type RequestTemplate = { path: string; form?: Record<string, string>; headers?: Record<string, string> }

/** What is put in, by its word. A list stands for a field that is sent once for each value; `[]` leaves the field out. */
export type Words = Readonly<Record<string, string | readonly string[]>>

/** What a template comes to. `form` is encoded; absent where the template has none. */
type Filled = { rawPath: string; form?: string; headers: Pairs }

const word = /\{([A-Za-z]\w*)\}/g

/**
 * Puts words into a template, each once: what a value contains is never taken for a word. In the path they are
 * percent-encoded; in the form each value is encoded as a whole, so that it arrives as it is; in a header what is not
 * visible ASCII is percent-encoded. A word that is not among them stays as it stands. A list fills a field that
 * consists of its word alone, and anywhere else gives its first value, or nothing.
 */
export const fillForm = ({ path, form, headers = {} }: RequestTemplate, words: Words): Filled => {
  const filled = (text: string, encode: (value: string) => string) =>
    text.replaceAll(word, (whole, name: string) =>
      Object.hasOwn(words, name) ? encode([words[name] ?? []].flat()[0] ?? '') : whole,
    )
  const pairs = Object.entries(form ?? {}).flatMap(([name, value]): Pairs => {
    const list = words[/^\{(\w+)\}$/.exec(value)?.[1] ?? '']
    return Array.isArray(list)
      ? list.map((one: string): Pairs[number] => [name, one])
      : [[name, filled(value, (plain) => plain)]]
  })
  return {
    rawPath: filled(path, (value) => encodeURIComponent(value.toWellFormed())),
    ...(form !== undefined && { form: encodeForm(pairs) }),
    headers: Object.entries(headers).map(([name, value]) => [name, filled(value, toVisible)]),
  }
}

/** The words in a text, or in a template written as JSON, that nobody will put in, in the order in which they stand. */
export const unknownWordsIn = (text: string, known: readonly string[]): string[] =>
  [...text.matchAll(word)].map(([, name = '']) => name).filter((name) => !known.includes(name))

/** A header carries visible ASCII and blanks between. */
const toVisible = (value: string) =>
  value.replaceAll(/[^\u0020-\u007E]+/g, (text) => encodeURIComponent(text.toWellFormed()))
