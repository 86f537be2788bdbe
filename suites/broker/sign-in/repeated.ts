import { single } from '../../../fixtures/world/slice.ts'
import { asPost, besideQuery } from '../authorize/posted.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import type { WireRequest } from '../../../protocols/wire.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import { describe, sentTo, wentUpstream } from '../authorize/request.ts'
import { comesToNothing } from './refusals.ts'
import type { People } from './request.ts'
import {
  metadataOf,
  partiesOf,
  partiesSignIn,
  peopleOf,
  responseIn,
  seenBy,
  signIn,
  signInBy,
  speaks,
  trustOf,
  validSignIn,
} from './request.ts'

/**
 * Judges what a request of two meanings obtained: nothing, or, where the sources do not describe the dialect, what is no secret to the
 * registered reply that it came to. Whether its page says so in the words of row 2 is left open.
 */
const meansNothing = (context: Context, asked: Asked, replies: readonly string[], what: string): void => {
  const fail = (kind: string) =>
    new Violation(kind, { expected: `${what} refused at the broker`, actual: describe(asked) })
  const sent = sentTo(asked)
  if (sent && !replies.includes(sent.url)) throw fail('sent-elsewhere')
  if (sent && context.dialect.documented) throw fail('answered')
  if (sent) return context.note(`answers ${what} at a registered reply`)
  if (context.dialect.documented && wentUpstream(asked)) throw fail('sent-to-sign-in')
  if (asked.outcome.is !== 'refusal') context.note(`a page that is no refusal answers ${what}`)
}

/** A request that says two things at once. */
export const repeatedParameters: Check = {
  id: 'sign-in.malformed.repeated',
  title: 'a request that says two things at once is no WS-Federation request',
  sends:
    'sign-in requests with two wtrealm, two wreply, two wctx or two wa of different values, in either order, and one with a wresult in it',
  owes: 'error row 2; never a response, least of all for another party or at another URL',
  clauses: ['sign-in.malformed'],
  weaker: 'practice',
  attacks: ['WSF-06', 'WSF-17'],
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, partiesPerTenant: 2 }, scope: 'slice' },
  kills: [
    'broker.takes-first-of-repeated-parameters',
    'broker.takes-last-of-repeated-parameters',
    'broker.overlooks-result-in-request',
  ],
  control: partiesSignIn,
  async run(context) {
    const { party, user } = peopleOf(context)
    const other = partiesOf(context).find((one) => one.party !== party)?.party
    if (other === undefined) throw new TypeError('the slice has one party only')
    const valid = validSignIn(context, party)
    const pairs: Record<string, readonly [string, string]> = {
      realm: [party.realm, other.realm],
      reply: [party.reply, `https://stranger-${context.slice.tag}.test/`],
      context: ['one', 'other'],
      action: ['wsignin1.0', 'wsignout1.0'],
    }
    const cases: SignInInput[] = Object.entries(pairs).flatMap(([name, [one, two]]) => [
      { ...valid, [name]: [one, two] },
      { ...valid, [name]: [two, one] },
    ])
    const mixed = { ...valid, more: [['wresult', '<RequestSecurityTokenResponse/>']] } satisfies SignInInput
    await context.each([...cases, mixed], async (input) => {
      const asked = await signIn(context, input, user)
      meansNothing(context, asked, [party.reply, other.reply], JSON.stringify(input))
    })
  },
}

/** A request with one value of a parameter, and the same with another. */
type Twofold = Record<'one' | 'other', SignInInput>

/** How both come in one request, by name: one after the other in its query or its body, or one in each. */
const ways: Record<string, (context: Context, both: Twofold) => WireRequest> = {
  'in the query': (context, both) => requestOf(context, merged(both)),
  'in the body': (context, both) => asPost(requestOf(context, merged(both))),
  'in query and body': (context, { one, other }) => besideQuery(requestOf(context, one), requestOf(context, other)),
}

const requestOf = (context: Context, input: SignInInput): WireRequest =>
  speaks(context, 'signIn').request(input, context.at)

const merged = ({ one, other }: Twofold): SignInInput => ({
  ...one,
  ...(one.realm !== other.realm && { realm: [one.realm, other.realm].flatMap((value) => value ?? []) }),
  ...(one.reply !== other.reply && { reply: [one.reply, other.reply].flatMap((value) => value ?? []) }),
})

/** Whichever of two things a request is taken to say, it is taken to say that throughout. */
export const oneMeaning: Check = {
  id: 'sign-in.unregistered-reply.two-values',
  title: 'a request that names two parties or two replies never brings the token of one party to another place',
  sends:
    "sign-in requests by GET and by POST, and by POST with one value in the query and the other in the body: two wtrealm of which the wreply belongs to either, or two wreply of which one is another party's or a stranger's, in either order",
  owes: 'a refusal, or a response for one party at the reply that is registered for it',
  clauses: ['sign-in.unregistered-reply'],
  attacks: ['WSF-06'],
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, partiesPerTenant: 2 }, scope: 'slice' },
  kills: [
    'broker.validates-first-of-two-realms',
    'broker.validates-last-of-two-realms',
    'broker.validates-first-of-two-replies',
    'broker.validates-last-of-two-replies',
    'broker.validates-realms-of-queries',
    'broker.validates-replies-of-queries',
  ],
  control: partiesSignIn,
  async run(context) {
    const people = peopleOf(context)
    const other = partiesOf(context).find(({ party }) => party !== people.party)?.party
    if (other === undefined) throw new TypeError('the slice has one party only')
    const trust = trustOf(context, await metadataOf(context))
    const { party, user } = people
    const valid = validSignIn(context, party)
    const pairs: Twofold[] = [
      ...[party.reply, other.reply].map((reply) => ({
        one: { ...valid, reply },
        other: { ...valid, realm: other.realm, reply },
      })),
      ...[other.reply, `https://stranger-${context.slice.tag}.test/`].map((reply) => ({
        one: { ...valid, reply: party.reply },
        other: { ...valid, reply },
      })),
    ]
    const cases = pairs.flatMap((both) =>
      [both, { one: both.other, other: both.one }].flatMap((each) =>
        Object.keys(ways).map((way) => ({ ...each, way })),
      ),
    )
    await context.each(cases, async ({ way, ...both }) => {
      const request = ways[way]?.(context, both)
      if (request === undefined) throw new TypeError(`no request ${way}`)
      const asked = signInBy(context, await context.browser().go(request, user))
      comesHome(context, asked, trust, `a request of two meanings ${way}`)
    })
  },
}

/** A response is for the party that it came to. */
const comesHome = (context: Context, asked: Asked, trust: PartyTrust, what: string): void => {
  const response = responseIn(asked.outcome)
  const expected = `${what} refused, or a response for one party at its registered reply`
  if (response === undefined) return void comesToNothing(context, asked, expected)
  const people: People | undefined = partiesOf(context).find(({ party }) => party.reply === response.action)
  if (people === undefined) throw new Violation('posted-elsewhere', { expected, actual: describe(asked) })
  const { realm, reply } = people.party
  seenBy({ realm, reply }, trust, asked, ['wrong-audience'])
}
