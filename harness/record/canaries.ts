import { inflateRawSync } from 'node:zlib'
import type { CheckId } from '../../fixtures/world/shapes.ts'
import type { World } from '../../fixtures/world/world.ts'
import { finderOf } from './finder.ts'
import { readingsOf } from './readings.ts'

/** An unmistakable text, what it is called, and the check in whose slice it is; `null` for what all share. */
export type Canary = { text: string; kind: string; check: CheckId | null }

/** A canary that stands somewhere, and in which form. */
export type Sighting = { canary: Canary; form: string }

/** Finds each canary that stands in a text or in bytes, in whichever form; each once. */
export type Scanner = (within: string | Uint8Array) => Sighting[]

/** The secrets of a world that must not be told: those of its clients, and the passwords of its users. */
export const secretCanaries = ({ application, slices }: Pick<World, 'application' | 'slices'>): Canary[] => [
  { text: application.secret, kind: 'client secret', check: null },
  ...Object.values(slices).flatMap(({ check, clients, users }) => [
    ...clients.map(({ secret }): Canary => ({ text: secret, kind: 'client secret', check })),
    ...users.map(({ password }): Canary => ({ text: password, kind: 'password', check })),
  ]),
]

const shortest = 8

/**
 * Makes what looks for canaries in one pass: as they are, in lower case, in upper case, percent-encoded, in base64 or base64url wherever it begins (as
 * in the payload of a JWT), in hexadecimal digits, in UTF-16, and in what is compressed. Canaries of less than 8 characters would be
 * found in anything, and are left out.
 */
export const scannerOf = (canaries: readonly Canary[]): Scanner => {
  const written = new Map<string, Sighting>()
  for (const canary of canaries) {
    if (canary.text.length < shortest) continue
    for (const [form, text] of formsOf(canary.text)) if (!written.has(text)) written.set(text, { canary, form })
  }
  const find = finderOf([...written.keys()])
  const beginnings = [...new Set([...written.keys()].map((text) => text.slice(0, beginning)))]
  const rare = beginnings.length <= fewBeginnings

  const look = (text: string, into: Map<Canary, Sighting>, how: string) => {
    if (rare && !beginnings.some((one) => text.includes(one))) return
    for (let found = find(text); found; found = find(text, found.at + found.text.length)) {
      const sighting = written.get(found.text)
      if (sighting && !into.has(sighting.canary)) into.set(sighting.canary, { ...sighting, form: how + sighting.form })
    }
  }
  return (within) => {
    const seen = new Map<Canary, Sighting>()
    const text = typeof within === 'string' ? within : Buffer.from(within).toString('latin1')
    look(text, seen, '')
    for (const inner of compressedIn(text)) look(inner, seen, 'compressed, ')
    return [...seen.values()]
  }
}

/** Texts of which none begins like a canary are told by the beginnings alone, where there are few. */
const [beginning, fewBeginnings] = [6, 40]

/** How a text may be written; bytes count as characters of Latin-1. */
const formsOf = (text: string): [form: string, text: string][] => {
  const bytes = Buffer.from(text)
  const percent = encodeURIComponent(text.toWellFormed())
  const wide = Buffer.from(text, 'utf16le')
  const base64 = [0, 1, 2].map((shift) => base64At(bytes, shift))
  return [
    ['as it is', bytes.toString('latin1')],
    ['in lower case', bytes.toString('latin1').toLowerCase()],
    ['in upper case', bytes.toString('latin1').toUpperCase()],
    ['percent-encoded', percent],
    ['percent-encoded', percent.replaceAll(/%../g, (escape) => escape.toLowerCase())],
    ...base64.map((one): [string, string] => ['in base64', one]),
    ...base64.map((one): [string, string] => ['in base64url', one.replaceAll('+', '-').replaceAll('/', '_')]),
    ['in hexadecimal digits', bytes.toString('hex')],
    ['in hexadecimal digits', bytes.toString('hex').toUpperCase()],
    ['in UTF-16', wide.toString('latin1')],
    ['in UTF-16', Buffer.from(wide).swap16().toString('latin1')],
    [
      'escaped for JSON',
      JSON.stringify(text)
        .slice(1, -1)
        .replaceAll('/', String.raw`\/`),
    ],
    ['escaped for XML', bytes.toString('latin1').replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
  ]
}

/** What of base64 depends on a text alone that stands so many bytes behind a group's beginning. */
const base64At = (bytes: Buffer, shift: number): string => {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
  return whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
}

/** The beginnings of what gzip (RFC 1952) and zlib (RFC 1950) have made. */
const marks = ['\u001F\u008B\b', 'x\u0001', 'x\u009C', 'x\u00DA'] as const
/** The same in base64 and in hexadecimal digits. */
const encodedMark = /(?<![\w+/-])(?:(?:H4sI|eJ|eNo|eAE|eNq)[\w+/-]{16,}|1f8b08[0-9a-f]{24,})/g
const [longestDeflated, longestInflated] = [2 ** 18, 4 * 2 ** 20]

/** What stands compressed in a text: as it is, or encoded. */
function* compressedIn(text: string): Generator<string> {
  for (const mark of marks) {
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) {
      const bytes = Buffer.from(text.slice(at, at + longestDeflated), 'latin1')
      const inflated = inflatedFrom(bytes.subarray(mark === marks[0] ? headerLength(bytes) : 2))
      if (inflated !== undefined) yield inflated
    }
  }
  if (!text.includes('H4sI') && !text.includes('1f8b08') && !/e[JNA]/.test(text)) return
  for (const [run] of text.matchAll(encodedMark)) yield* readingsOf(run, 1)
}

/** How long the header of a gzip member is that has at most a name. */
const headerLength = (bytes: Buffer): number => {
  const [fixed, named] = [10, 8]
  return ((bytes[3] ?? 0) & named) === 0 ? fixed : bytes.indexOf(0, fixed) + 1
}

/** What a bare stream at the beginning of some bytes holds, whatever follows it (RFC 1951). */
const inflatedFrom = (bytes: Buffer): string | undefined => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: longestInflated }).toString('latin1')
  } catch {
    return undefined
  }
}
