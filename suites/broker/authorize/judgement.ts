import { samePlace } from '../../../fixtures/near-miss/place.ts'
import type { RefusalName } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Asked } from './request.ts'
import { answered, describe, peopleOf, sentTo, wentUpstream, withoutAnswer } from './request.ts'

const quoted = (given: readonly string[]) => given.map((uri) => JSON.stringify(uri)).join(' and ')

/**
 * Judges what an unregistered redirect URI obtained: nothing may leave for it. Under the documented dialect nobody is sent
 * to sign in either, and no other redirect URI may stand in for it; elsewhere only what leaks counts. When a registered
 * URI was sent beside it, going on with that one is lawful.
 *
 * @throws Violation of kind `code-elsewhere`, `redirected-elsewhere`, `accepted` or `sent-to-sign-in`
 */
export const nothingLeaves = (context: Context, asked: Asked, given: readonly string[]): void => {
  const { redirectUris } = peopleOf(context).client
  const owed = `redirect_uri ${quoted(given)} refused, nothing leaving the broker`
  const fail = (kind: string) => new Violation(kind, { expected: owed, actual: describe(asked) })
  const sent = sentTo(asked)

  if (sent) {
    const destination = withoutAnswer(sent.url)
    const withCode = sent.params.some(([name]) => name === 'code')
    if (redirectUris.some((uri) => sent.url === uri || samePlace(destination, uri))) {
      if (given.some((uri) => redirectUris.includes(uri))) return
      if (context.dialect.documented) throw fail('accepted')
      context.note('sends an unregistered redirect_uri to a registered one instead of refusing it')
      return
    }
    if (withCode) throw fail('code-elsewhere')
    if (context.dialect.documented || concerns(context, sent.url, given)) throw fail('redirected-elsewhere')
    throw new Inconclusive(
      'unreadable',
      `the user was sent to ${destination}, which is neither the target nor in the request`,
    )
  }
  if (asked.outcome.is !== 'refusal') {
    throw new Inconclusive('unreadable', `${describe(asked)}: give the dialect the wording of a refusal`)
  }
  if (context.dialect.documented && wentUpstream(asked) && !given.some((uri) => redirectUris.includes(uri))) {
    throw fail('sent-to-sign-in')
  }
  const status = asked.journey.at(-1)?.response?.status ?? 0
  if (status >= 500)
    context.note(`refuses with status ${status}; that it lives on was seen from the valid form afterwards`)
}

/** Whether a URL was made from what was sent: its host, or anything that carries the mark of the slice. */
const concerns = ({ slice }: Context, url: string, given: readonly string[]) =>
  url.includes(slice.tag) || given.some((uri) => hostOf(uri) !== undefined && hostOf(uri) === hostOf(url))

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : undefined)

/**
 * Judges a request that must be refused for a reason other than its redirect URI, which is registered: no code and no
 * token comes out, and under the documented dialect nothing leaves at all. Elsewhere an error may be sent to the registered
 * redirect URI (RFC 6749 section 4.1.2.1).
 *
 * @throws Violation of kind `accepted`, `redirected` or `sent-to-sign-in`
 */
export const refused = (context: Context, asked: Asked, what: string): void => {
  const fail = (kind: string) =>
    new Violation(kind, { expected: `${what} refused at the broker`, actual: describe(asked) })
  if (['code', 'access_token', 'id_token'].some((name) => answered(asked, name) !== undefined)) throw fail('accepted')
  const sent = sentTo(asked)
  if (sent) {
    const { redirectUris } = peopleOf(context).client
    const lawful = !context.dialect.documented && redirectUris.some((uri) => samePlace(withoutAnswer(sent.url), uri))
    if (lawful && answered(asked, 'error') !== undefined) return
    throw fail('redirected')
  }
  if (context.dialect.documented && wentUpstream(asked)) throw fail('sent-to-sign-in')
  if (asked.outcome.is !== 'refusal') {
    throw new Inconclusive('unreadable', `${describe(asked)}: give the dialect the wording of a refusal`)
  }
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
