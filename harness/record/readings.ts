import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

const deepest = 3
const longest = 65_536

/**
 * Every text that stands encoded in this one: with percent signs, escapes of JSON or HTML, base64, hexadecimal digits or
 * compressed, and one in another, three deep. What does not decode is left out.
 */
export function* readingsOf(text: string, depth = deepest): Generator<string> {
  if (depth === 0 || text.length > longest) return
  for (const reading of decoded(text)) {
    yield reading
    yield* readingsOf(reading, depth - 1)
  }
}

function* decoded(text: string): Generator<string> {
  if (/%[0-9a-f]{2}/i.test(text)) yield unescaped(text, /%([0-9a-f]{2})/gi, 16)
  if (/\\[ux]/i.test(text)) yield unescaped(text, /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, 16)
  if (text.includes('&#')) yield unescaped(unescaped(text, /&#x([0-9a-f]{1,6});?/gi, 16), /&#(\d{1,7});?/g, 10)
  for (const [run] of text.matchAll(/[0-9a-f]{24,}/gi)) yield* opened(run, 'hex', 2)
  for (const [run] of text.matchAll(/[\w+/-]{16,}/g)) yield* opened(run, 'base64', 4)
}

const unescaped = (text: string, escape: RegExp, base: number) =>
  text.replaceAll(escape, (whole, ...found: (string | undefined)[]) => {
    const point = Number.parseInt(found.slice(0, -2).find((digits) => digits !== undefined) ?? '', base)
    return point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole
  })

/** What is encoded may stand behind something else, so it is read from each place where the first group may begin. */
function* opened(run: string, encoding: 'hex' | 'base64', group: number): Generator<string> {
  for (let shift = 0; shift < group; shift += 1) {
    const bytes = Buffer.from(run.slice(shift), encoding)
    yield bytes.toString('latin1')
    const inflate = inflaterOf(bytes, shift === 0)
    const inflated = inflate && inflatedBy(inflate, bytes)
    if (inflated !== undefined) yield inflated
  }
}

type Inflate = typeof gunzipSync

/** By the first bytes (RFC 1952, RFC 1950); a bare stream (RFC 1951) has no mark, and is looked for at a beginning alone. */
const inflaterOf = ([first = 0, second = 0]: Buffer, atBeginning: boolean): Inflate | undefined => {
  if (first === 0x1f && second === 0x8b) return gunzipSync
  if (first % 16 === 8 && (first * 256 + second) % 31 === 0) return inflateSync
  return atBeginning ? inflateRawSync : undefined
}

const inflatedBy = (inflate: Inflate, bytes: Buffer) => {
  try {
    return inflate(bytes, { maxOutputLength: longest }).toString('latin1')
  } catch {
    return undefined
  }
}
