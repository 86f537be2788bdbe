import { arrivesAt } from '../../../fixtures/near-miss/place.ts'
import type { RefusalName } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { codesIn } from '../../../harness/record/codes.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'
import { textOf } from '../../../protocols/wire.ts'
import type { Asked } from './request.ts'
import { answered, describe, peopleOf, sentTo, wentUpstream, withoutAnswer } from './request.ts'

const quoted = (given: readonly string[]) => given.map((uri) => JSON.stringify(uri)).join(' and ')

const owedFor = (given: readonly string[]) => `redirect_uri ${quoted(given)} refused, nothing leaving the broker`

/**
 * Judges what an unregistered redirect URI obtained: nothing may leave for it, and no other redirect URI may stand in for it
 * under the documented dialect; elsewhere only what leaks counts. When a registered URI was sent beside it, going on with
 * that one is lawful. Gives whether the user was sent somewhere lawful.
 *
 * @throws Violation of kind `code-elsewhere`, `code-on-page`, `redirected-elsewhere` or `accepted`
 */
export const leaks = (context: Context, asked: Asked, given: readonly string[]): boolean => {
  const { redirectUris } = peopleOf(context).client
  const owed = owedFor(given)
  const fail = (kind: string) => new Violation(kind, { expected: owed, actual: describe(asked) })
  const sent = sentTo(asked)

  if (sent) {
    const withCode = sent.params.some(([name]) => name === 'code')
    if (place(sent.url, redirectUris, given) === 'registered') {
      if (given.some((uri) => redirectUris.includes(uri))) return true
      if (context.dialect.documented) throw fail('accepted')
      context.note('sends an unregistered redirect_uri to a registered one instead of refusing it')
      return true
    }
    if (withCode) throw fail('code-elsewhere')
    if (context.dialect.documented || concerns(sent.url, given)) throw fail('redirected-elsewhere')
    throw new Inconclusive(
      'unreadable',
      `the user was sent to ${withoutAnswer(sent.url)}, which is neither the target nor in the request`,
    )
  }
  const smuggled = smuggledOn(context, asked, given)
  if (smuggled?.certain) throw new Violation('code-on-page', { expected: owed, actual: smuggled.what })
  if (smuggled) throw new Inconclusive('unreadable', smuggled.what)
  return false
}

/**
 * Judges that an unregistered redirect URI was refused: nothing leaves for it, there is a refusal, and under the documented
 * dialect nobody is sent to sign in first.
 *
 * @throws Violation as {@link leaks}, and of kind `sent-to-sign-in`
 */
export const nothingLeaves = (context: Context, asked: Asked, given: readonly string[]): void => {
  if (leaks(context, asked, given)) return
  const { redirectUris } = peopleOf(context).client
  if (asked.outcome.is !== 'refusal') {
    throw new Inconclusive('unreadable', `${describe(asked)}: give the dialect the wording of a refusal`)
  }
  if (context.dialect.documented && wentUpstream(asked) && !given.some((uri) => redirectUris.includes(uri))) {
    throw new Violation('sent-to-sign-in', { expected: owedFor(given), actual: describe(asked) })
  }
  const status = asked.journey.at(-1)?.response?.status ?? 0
  if (status >= 500)
    context.note(`refuses with status ${status}; that it lives on was seen from the valid form afterwards`)
}

/** Whether a destination is one of the registered redirect URIs or one of those that were given: the closest fit counts. */
const place = (
  url: string,
  registered: readonly string[],
  given: readonly string[],
): 'registered' | 'given' | 'elsewhere' => {
  const best = (uris: readonly string[]) => Math.max(-1, ...uris.map((uri) => arrivesAt(url, uri) ?? -1))
  const [known, stranger] = [best(registered), best(given.filter((uri) => !registered.includes(uri)))]
  if (known === -1 && stranger === -1) return 'elsewhere'
  return known >= stranger ? 'registered' : 'given'
}

/** Whether a destination is on the host of something that was given. */
const concerns = (url: string, given: readonly string[]) =>
  !URL.canParse(url) || given.some((uri) => !URL.canParse(uri) || hostOf(uri) === hostOf(url))

/**
 * What a page of the target carries to the place that was given, which may be on the same host as the target, by a way that a browser takes by itself or by a click: a
 * code is certain; a script or a frame that names the place cannot be read.
 */
const smuggledOn = (
  { at }: Context,
  { journey }: Asked,
  given: readonly string[],
): { what: string; certain: boolean } | undefined => {
  const own = [at.target, ...(at.also ?? [])]
  const codes = journey.filter(({ to }) => to === 'idp').flatMap(({ response }) => (response ? codesIn(response) : []))
  const answers = journey.filter(
    ({ to, request }) => to === 'target' && !codes.some((code) => (request.rawPath + textOf(request)).includes(code)),
  )
  const last = journey.at(-1)
  for (const { response } of [...answers, ...(last?.to === 'target' ? [last] : [])]) {
    if (response === undefined) continue
    const text = `${response.headers.map((pair) => pair.join(': ')).join('\n')}\n${unescapeHtml(textOf(response))}`
    if (codes.some((code) => text.includes(code)))
      return { what: "the target's own page hands out the code", certain: true }
    const moving = [
      ...text.matchAll(
        /<(?:script|iframe|frame|img|object|embed|meta|form|base|link)\b[^>]*>(?:[^<]*)|\bon\w+\s*=\s*("[^"]*"|'[^']*')/gi,
      ),
    ].map(([whole]) => own.reduce((part, origin) => part.replaceAll(origin, ''), whole.replaceAll('\\/', '/')))
    const hosts = given.flatMap((uri) => hostOf(uri) ?? [])
    const vehicle = moving.find((part) => hosts.some((host) => part.includes(host)))
    if (vehicle === undefined) continue
    const certain = /[?&#](code|access_token|id_token)=/.test(vehicle)
    return {
      what: `a page that refuses and yet names ${hosts.join(' and ')} where a browser acts on it: ${beginningOf(vehicle, 200)}`,
      certain,
    }
  }
  return undefined
}

const unescapeHtml = (text: string) =>
  text.replaceAll(
    /&(amp|lt|gt|quot|#39|#x27|#x2F|#47);/gi,
    (entity) =>
      ({
        '&amp;': '&',
        '&lt;': '<',
        '&gt;': '>',
        '&quot;': '"',
        '&#39;': "'",
        '&#x27;': "'",
        '&#x2f;': '/',
        '&#47;': '/',
      })[entity.toLowerCase()] ?? entity,
  )

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '') || undefined

/**
 * Judges a request that must be refused for a reason other than its redirect URI, which is registered: no code and no
 * token comes out, and under the documented dialect nothing leaves at all. Elsewhere an error may be sent to the registered
 * redirect URI (RFC 6749 section 4.1.2.1).
 *
 * @throws Violation of kind `accepted`, `redirected` or `sent-to-sign-in`
 */
export const refused = (context: Context, asked: Asked, what: string): void => {
  obtainsNothing(asked, what)
  const fail = (kind: string) =>
    new Violation(kind, { expected: `${what} refused at the broker`, actual: describe(asked) })
  const sent = sentTo(asked)
  if (sent) {
    const { redirectUris } = peopleOf(context).client
    const lawful = !context.dialect.documented && redirectUris.some((uri) => arrivesAt(sent.url, uri) !== undefined)
    if (lawful && answered(asked, 'error') !== undefined) return
    throw fail('redirected')
  }
  if (context.dialect.documented && wentUpstream(asked)) throw fail('sent-to-sign-in')
  if (asked.outcome.is !== 'refusal') {
    throw new Inconclusive('unreadable', `${describe(asked)}: give the dialect the wording of a refusal`)
  }
}

/**
 * Judges that neither a code nor a token came out, whatever else happened.
 *
 * @throws Violation of kind `accepted`
 */
export const obtainsNothing = (asked: Asked, what: string): void => {
  if (['code', 'access_token', 'id_token'].every((name) => answered(asked, name) === undefined)) return
  throw new Violation('accepted', { expected: `${what} refused at the broker`, actual: describe(asked) })
}

/**
 * Judges the words of a refusal, where the dialect knows them.
 *
 * @throws Violation of kind `wording`
 */
export const says = ({ dialect, note }: Context, asked: Asked, refusal: RefusalName): void => {
  const wording = dialect.wording[refusal]
  if (wording === undefined) return note('the dialect leaves the wording open: only the refusal itself was judged')
  if (asked.outcome.is === 'refusal' && asked.outcome.text.includes(wording)) return
  throw new Violation('wording', { expected: `an error page saying "${wording}"`, actual: describe(asked) })
}
