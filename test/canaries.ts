import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** A secret that stands somewhere, and how. */
export type Sighting = { canary: string; form: string }

const each = (text: string, form: (hex: string, code: number) => string) =>
  [...Buffer.from(text)].map((code) => form(code.toString(16).padStart(2, '0'), code)).join('')
const base64At = (shift: number) => (text: string) => {
  const whole = Buffer.from(`${'\0'.repeat(shift)}${text}`).toString('base64url')
  return whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + text.length) * 8) / 6))
}

/** How a secret looks in each of the forms that need no search. */
const forms: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  'lower case': (text) => text.toLowerCase(),
  'percent-encoded': (text) => each(text, (hex) => `%${hex}`),
  'percent-encoded in upper case': (text) => each(text, (hex) => `%${hex.toUpperCase()}`),
  'percent-encoded twice': (text) => each(text, (hex) => `%25${hex}`),
  'percent-encoded twice in upper case': (text) => each(text, (hex) => `%25${hex.toUpperCase()}`),
  'hyphens percent-encoded': (text) => text.replaceAll('-', '%2D'),
  base64: base64At(0),
  'base64, one byte on': base64At(1),
  'base64, two bytes on': base64At(2),
  hexadecimal: (text) => each(text, (hex) => hex),
  'escaped in JSON': (text) => each(text, (hex) => String.raw`\u00${hex}`),
  'escaped in JSON in JSON': (text) => each(text, (hex) => String.raw`\\u00${hex}`),
  'escaped in JSON in JSON in JSON': (text) => each(text, (hex) => String.raw`\\\\u00${hex}`),
  'escaped in HTML': (text) => each(text, (hex) => `&#x${hex};`),
  'escaped in HTML in decimal': (text) => each(text, (_, code) => `&#${code};`),
}
const head = 10

/**
 * Makes a search for secrets of at least ten characters, in every form: as they are, encoded, and within whatever is
 * compressed, be it in bytes or in base64. It shares no code with what takes secrets out.
 */
export const scannerFor = (canaries: Iterable<string>): ((bytes: Uint8Array) => Sighting[]) => {
  const byHead = Map.groupBy(
    [...canaries].flatMap((canary) =>
      Object.entries(forms).map(([form, write]) => ({ canary, form, written: write(canary) })),
    ),
    ({ written }) => written.slice(0, head),
  )
  const look = (text: string): Sighting[] => {
    const seen: Sighting[] = []
    for (let at = 0; at + head <= text.length; at += 1) {
      for (const { canary, form, written } of byHead.get(text.slice(at, at + head)) ?? [])
        if (text.startsWith(written, at)) seen.push({ canary, form })
    }
    return seen
  }
  const scan = (bytes: Uint8Array, depth: number): Sighting[] => {
    const text = Buffer.from(bytes).toString('latin1')
    const inner = depth === 0 ? [] : compressedIn(text).flatMap((found) => scan(found, depth - 1))
    return [...look(text), ...inner.map(({ canary, form }) => ({ canary, form: `compressed, ${form}` }))]
  }
  return (bytes) => scan(bytes, 3)
}

/** The first bytes of what gzip has made (RFC 1952). */
const gzipMark = new RegExp(String.fromCharCode(0x1f, 0x8b, 8), 'g')

/** What is compressed in a text, or in base64 in it. */
const compressedIn = (text: string): Buffer[] => {
  const raw = [...text.matchAll(gzipMark)].map(({ index }) => Buffer.from(text.slice(index), 'latin1'))
  const encoded = [
    ...text
      .replaceAll(/%2B/gi, '+')
      .replaceAll(/%2F/gi, '/')
      .matchAll(/[\w+/-]{24,}/g),
  ].map(([run]) => Buffer.from(run, 'base64'))
  return [...raw, ...encoded].flatMap((bytes) =>
    [gunzipSync, inflateSync, inflateRawSync].flatMap((inflate) => {
      try {
        return [inflate(bytes, { maxOutputLength: 2 ** 22 })]
      } catch {
        return []
      }
    }),
  )
}
