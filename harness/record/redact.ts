import type { World } from '../../fixtures/world/world.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { textOf, urlOf } from '../../protocols/wire.ts'
import { beginningOf } from './beginning.ts'
import type { Evidence, Exchange } from './exchange.ts'
import { finderOf } from './finder.ts'
import { secretNames } from './issued.ts'
import { readingsOf } from './readings.ts'

/** Takes every secret out of a text. */
export type Redact = (text: string) => string

const names = secretNames.join('|')
/** A secret by the parameter it travels in: in a query or form, encoded inside another one, in JSON, in a field of a page; or as an assertion. */
const travelling: readonly [RegExp, string][] = [
  [new RegExp(String.raw`((?:^|[?&#;\s"'>]|&amp;)(?:${names})=)[^&\s"'<>#]*`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`((?:%3F|%26|%23)(?:${names})%3D)(?:(?!%26|%23)[^&\s"'<>#])*`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`("(?:${names})"\s{0,9}:\s{0,9}")[^"]*`, 'gi'), '$1[redacted]'],
  [
    new RegExp(
      String.raw`(<(?:input|textarea)\b[^>]{0,300}\bname=["']?(?:${names})["']?[^>]{0,300}\bvalue=["'])[^"']*`,
      'gi',
    ),
    '$1[redacted]',
  ],
  [
    new RegExp(String.raw`(<input\b[^>]{0,300}\bvalue=["'])[^"']*(["'][^>]{0,300}\bname=["']?(?:${names})\b)`, 'gi'),
    '$1[redacted]$2',
  ],
  [/(<(?:[\w.-]{1,20}:)?Assertion\b)[\s\S]*$/g, '$1>[redacted, with what follows]'],
]
const secretHeaders = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization'])
/** Of a body so much is shown, and so much is looked at. */
const longest = { shown: 4_000, read: 32_768 }

/** The world's own secrets: strings that must not stand in anything a run writes. */
export const secretsOf = ({
  application,
  slices,
}: Pick<World, 'application' | 'slices'>): ReadonlyMap<string, string> =>
  new Map([
    [application.secret, 'client secret'] as const,
    ...Object.values(slices).flatMap(({ clients, users }) => [
      ...clients.map(({ secret }) => [secret, 'client secret'] as const),
      ...users.map(({ password }) => [password, 'password'] as const),
    ]),
  ])

/**
 * Makes what takes secrets out of texts: those of `secrets`, a map from each to what it is called, by value, however they
 * are encoded; all others by the parameter they travel in.
 */
export const redactorOf = (secrets: ReadonlyMap<string, string>): Redact => {
  const called = new Map([...secrets].flatMap(([secret, name]) => formsOf(secret).map((form) => [form, name] as const)))
  const findPlain = finderOf([...called.keys()])
  const hidden = new Map(
    [...secrets].flatMap(([secret, name]) => decodedForms(secret).map((form) => [form, name] as const)),
  )
  const findHidden = finderOf([...hidden.keys()])

  const withoutPlain = (text: string): string => {
    const parts: string[] = []
    let end = 0
    for (let found = findPlain(text); found; found = findPlain(text, end)) {
      parts.push(text.slice(end, found.at), `[redacted ${called.get(found.text)}]`)
      end = found.at + found.text.length
    }
    return parts.join('') + text.slice(end)
  }
  const known = new Map<string, string>()
  const withoutHidden = (word: string): string => {
    const clean = known.get(word) ?? (mayHide.test(word) ? lookedThrough(word) : word)
    known.set(word, clean)
    return clean
  }
  const lookedThrough = (word: string): string => {
    let readings = 0
    for (const reading of readingsOf(word)) {
      const found = findHidden(reading)
      if (found) return `[redacted ${hidden.get(found.text)}, encoded]`
      if ((readings += 1) > mostReadings) return '[redacted: too much is encoded in it]'
    }
    return word
  }
  return (text) =>
    withoutPlain(travelling.reduce((cleaner, [form, instead]) => cleaner.replaceAll(form, instead), text)).replaceAll(
      words,
      withoutHidden,
    )
}

const mostReadings = 2_000
const mayHide = /%[0-9a-f]{2}|\\[ux]|&#|[\w+/-]{16}/i

/** A word, as far as an encoded text may go: an ampersand is part of it as the beginning of an escape alone. */
const words = /(?:[^\s"'`<>(){},|?&]|&(?=#)){16,}/g

/** As a text, the name of a header, a query or base64 would have it. */
const formsOf = (secret: string) => [
  ...new Set([
    secret,
    secret.toLowerCase(),
    encodeURIComponent(secret.toWellFormed()),
    Buffer.from(secret).toString('base64'),
  ]),
]

/** As what was decoded has it, of characters or of bytes. Short ones would be found in anything. */
const decodedForms = (secret: string) =>
  secret.length < 6 ? [] : [...new Set([secret, Buffer.from(secret).toString('latin1')])]

/** An exchange as it may be written down: without secrets, and no body longer than 4,000 characters. */
export const evidenceOf = (exchange: Exchange, clean: Redact): Evidence => {
  const body = (message: { body?: Uint8Array }) => {
    const whole = textOf(message)
    const read = clean(beginningOf(whole, longest.read))
    const left = Math.max(0, read.length - longest.shown) + Math.max(0, whole.length - longest.read)
    return left > 0 ? `${read.slice(0, longest.shown)} [${left} characters more]` : read
  }
  const headers = (pairs: Pairs): Pairs =>
    pairs.map(([name, value]) => [clean(name), secretHeaders.has(name.toLowerCase()) ? '[redacted]' : clean(value)])
  const { request, response, ...rest } = exchange
  const asked = body(request)

  return {
    ...rest,
    ...(rest.broke !== undefined && { broke: clean(rest.broke) }),
    request: {
      method: request.method,
      url: clean(urlOf(request)),
      headers: headers(request.headers),
      ...(asked !== '' && { body: asked }),
    },
    ...(response && {
      response: { status: response.status, headers: headers(response.headers), body: body(response) },
    }),
  }
}
