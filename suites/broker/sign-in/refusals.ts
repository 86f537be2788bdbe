import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { RefusalName, SignInInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { decodeForm, queryOf } from '../../../protocols/form.ts'
import { textOf } from '../../../protocols/wire.ts'
import type { Asked } from '../authorize/request.ts'
import { describe, sentTo, wentUpstream } from '../authorize/request.ts'
import { says } from '../authorize/judgement.ts'
import { carriesResult, partiesSignIn, peopleOf, responseIn, signIn, validSignIn } from './request.ts'

const needs = { capabilities: ['speaks:metadata'], shape: single, scope: 'slice' } as const

/**
 * Judges that a sign-in came to nothing: no response, and nobody sent away. Under a dialect that the sources do not describe
 * the party may be told at its registered reply, by a fault or otherwise (WS-Federation 1.2 section 13.2.3), and only a
 * place that the request named is accused. Gives whether the party was told.
 *
 * @throws Violation of kind `answered` or `sent-away`
 */
export const comesToNothing = (context: Context, asked: Asked, expected: string): boolean => {
  const fail = (kind: string) => new Violation(kind, { expected, actual: describe(asked) })
  if (responseIn(asked.outcome)) throw fail('answered')
  const sent = sentTo(asked)
  if (sent === undefined) return false
  if (context.dialect.documented) throw fail('sent-away')
  const { url, params } = sent
  if (carriesResult(params)) throw fail('answered')
  if (context.slice.parties.some(({ reply }) => url === reply || url.startsWith(`${reply}?`))) return true
  if (isNamed(asked, url)) throw fail('sent-away')
  throw new Inconclusive('unreadable', `${describe(asked)}, which is neither the target's nor in the request`)
}

/** Whether a URL is on a host that the request of a journey names, in its query or its body; one that nobody can read is taken for named. */
const isNamed = ({ journey }: Asked, url: string): boolean => {
  const hostOf = (text: string) => (URL.canParse(text) ? new URL(text).host : undefined)
  const host = hostOf(url)
  const [first] = journey
  const named = first ? [...queryOf(first.request.rawPath), ...decodeForm(textOf(first.request))] : []
  return host === undefined || named.some(([, value]) => hostOf(value) === host)
}

/**
 * Judges that a sign-in was refused: no response, nothing sent away, under the documented dialect nobody sent to sign in, and
 * the row of the error table.
 *
 * @throws Violation of kind `answered`, `sent-away`, `sent-to-sign-in` or `wording`
 */
export const refusedAs = (context: Context, asked: Asked, what: string, row?: RefusalName): void => {
  const expected = `${what} refused at the broker`
  if (comesToNothing(context, asked, expected)) return
  if (context.dialect.documented && wentUpstream(asked)) {
    throw new Violation('sent-to-sign-in', { expected, actual: describe(asked) })
  }
  if (asked.outcome.is !== 'refusal') {
    throw new Inconclusive('unreadable', `${describe(asked)}: give the dialect the wording of a refusal`)
  }
  if (row !== undefined) says(context, asked, row)
}

/** A realm that is nobody's. */
export const unknownRealm: Check = {
  id: 'sign-in.unknown-realm.near-miss',
  title: 'a realm that is not registered gets the error page of row 7 and nothing else',
  sends: "sign-in requests whose wtrealm is a stranger's, or almost a registered one",
  owes: 'error row 7, "Requested relying party realm … is unknown."; no token, nobody sent on or to sign in',
  clauses: ['sign-in.unknown-realm'],
  attacks: ['WSF-04'],
  needs,
  kills: ['broker.falls-back-on-first-party', 'broker.takes-realm-by-prefix'],
  control: partiesSignIn,
  async run(context) {
    const { party, user } = peopleOf(context)
    const attempt = async (realm: string) => {
      const asked = await signIn(context, { ...validSignIn(context, party), realm }, user)
      refusedAs(context, asked, `wtrealm ${JSON.stringify(realm)}`, 'unknown-realm')
    }
    await context.each([`urn:stranger:${context.slice.tag}`, `https://stranger-${context.slice.tag}.test/`], attempt)
    const near = fc.oneof(
      label.map((text) => party.realm + text),
      fc.integer({ min: 2, max: party.realm.length - 10 }).map((cut) => party.realm.slice(0, -cut)),
      label.map((text) => party.realm.replace('://', `://${text}.`)),
      fc.constantFrom(party.realm.replace('https:', 'http:'), `${party.realm}?x=1`),
    )
    await context.forEvery('near', near, Math.ceil(context.runs / 2), attempt)
  },
}

const replaceAt = (text: string, at: number, by: string) => text.slice(0, at) + by + text.slice(at + 1)

/** Texts that are no realm of anybody: patterns of the registered one, and what no database would take for a name. */
const oddRealms = (own: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(fc.nat(own.length - 1), fc.constantFrom('%', '_', '*', '.', '?'))
      .map(([at, wildcard]) => replaceAt(own, at, wildcard))
      .filter((realm) => realm !== own),
    fc.constantFrom('{0}', "' OR '1'='1", '%00', '../', '${realm}', '[object Object]').map((text) => own + text),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((text) => `urn:${text}`),
    fc.integer({ min: 1, max: 1_500 }).map((length) => own + 'x'.repeat(length)),
  )

/** Texts that are nobody's name. */
export const oddRealm: Check = {
  id: 'sign-in.unknown-realm.odd-text',
  title: 'an empty realm, a pattern or any other text that is no registered realm obtains nothing',
  sends:
    'sign-in requests whose wtrealm is empty, white space, the registered one with a wildcard in it or with quotes and braces behind it, any printable text, or very long; without a wreply',
  owes: 'no token, nobody sent on or to sign in; in whichever words',
  clauses: ['sign-in.unknown-realm'],
  attacks: ['WSF-04'],
  needs,
  kills: [
    'broker.answers-first-party-for-empty-realm',
    'broker.takes-realms-as-patterns',
    'broker.falls-back-on-first-party',
  ],
  control: partiesSignIn,
  async run(context) {
    const { party, user } = peopleOf(context)
    const attempt = async (realm: string) => {
      const asked = await signIn(context, { ...validSignIn(context, party), realm }, user)
      refusedAs(context, asked, `wtrealm ${JSON.stringify(realm)}`)
    }
    await context.each(['', ' ', '%', '*', '.', 'null', 'undefined'], attempt)
    await context.forEvery('odd', oddRealms(party.realm), Math.ceil(context.runs / 2), attempt)
  },
}

/** What is no sign-in request. */
export const malformedRequest: Check = {
  id: 'sign-in.malformed.not-ws-federation',
  title: 'what is not a WS-Federation request gets the error page of row 2',
  sends: 'requests without wa, with an unknown one, and with neither wtrealm nor wreply',
  owes: 'error row 2, "Incoming request is not a valid WS-Federation request"; nobody is sent on',
  clauses: ['sign-in.malformed'],
  needs,
  kills: [
    'broker.takes-other-actions-for-sign-in',
    'broker.assumes-sign-in',
    'broker.takes-actions-by-prefix',
    'broker.leads-off-from-refusals',
  ],
  control: partiesSignIn,
  async run(context) {
    const { party, user } = peopleOf(context)
    const valid = validSignIn(context, party)
    const cases: SignInInput[] = [
      { ...valid, action: [] },
      { ...valid, action: '' },
      { ...valid, action: 'wsignin2.0' },
      { ...valid, action: 'wattr1.0' },
      { context: 'alone' },
    ]
    await context.each(cases, async (input) => {
      refusedAs(context, await signIn(context, input, user), JSON.stringify(input), 'not-ws-federation')
    })
    const words = fc.oneof(
      fc.array(label, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('.')),
      label.map((text) => `wsignin1.0${text}`),
    )
    await context.forEvery('actions', words, Math.ceil(context.runs / 5), async (action) => {
      refusedAs(context, await signIn(context, { ...valid, action }, user), `wa ${action}`, 'not-ws-federation')
    })
  },
}
