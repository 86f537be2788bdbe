import type { World } from '../../fixtures/world/world.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { textOf, urlOf } from '../../protocols/wire.ts'
import type { Evidence, Exchange } from './exchange.ts'

const names =
  'code|client_secret|ClientSecret|AuthorizationCode|access_token|refresh_token|id_token|passwd|password|wresult|SAMLResponse|assertion|client_assertion|code_verifier'
/** A secret by the parameter it travels in: in a query or form, encoded inside another one, in JSON, in a field of a page. */
const travelling: readonly [RegExp, string][] = [
  [new RegExp(String.raw`((?:^|[?&#;\s"'>]|&amp;)(?:${names})=)[^&\s"'<>#]*`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`((?:%3F|%26|%23)(?:${names})%3D)(?:(?!%26|%23)[^&\s"'<>#])*`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`("(?:${names})"\s*:\s*")[^"]*`, 'gi'), '$1[redacted]'],
  [
    new RegExp(String.raw`(<(?:input|textarea)\b[^>]*\bname=["']?(?:${names})["']?[^>]*\bvalue=["'])[^"']*`, 'gi'),
    '$1[redacted]',
  ],
  [
    new RegExp(String.raw`(<input\b[^>]*\bvalue=["'])[^"']*(["'][^>]*\bname=["']?(?:${names})\b)`, 'gi'),
    '$1[redacted]$2',
  ],
]
const secretHeaders = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization'])
const longest = 4_000

/** The world's own secrets: strings that must not stand in anything a run writes. */
export const secretsOf = (world: World): ReadonlyMap<string, string> =>
  new Map(
    Object.values(world.slices).flatMap(({ clients, users }) => [
      ...clients.map(({ secret }) => [secret, 'client secret'] as const),
      ...users.map(({ password }) => [password, 'password'] as const),
    ]),
  )

/** Takes secrets out of a text: the world's own by value, all others by the parameter they travel in. */
export const redactText = (text: string, secrets: ReadonlyMap<string, string>): string => {
  let clean = travelling.reduce((cleaner, [form, instead]) => cleaner.replaceAll(form, instead), text)
  for (const [secret, name] of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])) {
      clean = clean.replaceAll(form, `[redacted ${name}]`)
    }
  }
  return clean
}

/** An exchange as it may be written down: without secrets, and no body longer than 4,000 characters. */
export const evidenceOf = (exchange: Exchange, secrets: ReadonlyMap<string, string>): Evidence => {
  const clean = (text: string) => redactText(text, secrets)
  const cut = (text: string) =>
    text.length > longest ? `${text.slice(0, longest)} [${text.length - longest} characters more]` : text
  const headers = (pairs: Pairs): Pairs =>
    pairs.map(([name, value]) => [name, secretHeaders.has(name.toLowerCase()) ? '[redacted]' : clean(value)])
  const { request, response, ...rest } = exchange
  const body = textOf(request)

  return {
    ...rest,
    ...(rest.broke !== undefined && { broke: clean(rest.broke) }),
    request: {
      method: request.method,
      url: clean(urlOf(request)),
      headers: headers(request.headers),
      ...(body !== '' && { body: cut(clean(body)) }),
    },
    ...(response && {
      response: { status: response.status, headers: headers(response.headers), body: cut(clean(textOf(response))) },
    }),
  }
}
