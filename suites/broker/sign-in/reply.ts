import { nearMissesOf, nearMissKinds } from '../../../fixtures/near-miss/near-miss.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import { describe, sentTo } from '../authorize/request.ts'
import { comesToNothing } from './refusals.ts'
import { eachKind, needing } from './needs.ts'
import {
  metadataOf,
  partiesOf,
  partiesSignIn,
  peopleOf,
  responseComes,
  responseIn,
  seenBy,
  signIn,
  trustOf,
  validSignIn,
} from './request.ts'

/** The result goes where the party is registered. */
export const registeredReply: Check = {
  id: 'sign-in.posts-to-registered-reply.each-party',
  title: 'the result of a sign-in is posted to the registered URL of the party that asked',
  sends: 'a valid sign-in at each party of two tenants, with its wreply and without',
  owes: 'a form that submits itself to exactly the registered URL',
  clauses: ['sign-in.posts-to-registered-reply'],
  needs: needing(eachKind),
  kills: ['broker.posts-to-root', 'broker.passes-reply-on', 'broker.passes-reply-on-by-openid'],
  control: responseComes,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const cases = partiesOf(context).flatMap((people) => [
      { people, more: {} },
      { people, more: { reply: people.party.reply } },
    ])
    await context.each(cases, async ({ people: { party, user }, more }) => {
      seenBy(party, trust, await signIn(context, { ...validSignIn(context, party), ...more }, user), [
        'not-here',
        'no-response',
      ])
    })
  },
}

/** Nothing reaches a reply that is not on the party's list. */
export const unregisteredReply: Check = {
  id: 'sign-in.unregistered-reply.near-miss',
  title: 'nothing ever reaches a wreply that is not registered for the party',
  sends: "sign-in requests whose wreply is a stranger's, another party's, or almost the registered one",
  owes: 'an error at the broker, or the response at the registered URL; nothing elsewhere',
  clauses: ['sign-in.unregistered-reply'],
  attacks: ['WSF-02'],
  needs: needing(eachKind),
  kills: [
    'broker.takes-reply-by-prefix',
    'broker.ignores-query-of-reply',
    'broker.takes-any-reply',
    'broker.takes-reply-by-host',
    'broker.ignores-case-of-reply',
  ],
  control: partiesSignIn,
  async run(context) {
    const { party, user } = peopleOf(context)
    const attempt = async (reply: string | readonly string[]) => {
      const asked = await signIn(context, { ...validSignIn(context, party), reply }, user)
      staysHome(context, asked, party.reply, JSON.stringify(reply))
    }
    const others = partiesOf(context).flatMap((one) => (one.party === party ? [] : [one.party.reply]))
    const foreign = `stranger-${context.slice.tag}.test`
    await context.each([`https://${foreign}/`, ...others], attempt)
    const kinds = nearMissKinds.filter(({ leads }) => leads === 'elsewhere')
    for (const [index, kind] of kinds.entries()) {
      const misses = nearMissesOf(kind, party.reply, foreign)
      const share = Math.floor((Math.ceil(context.runs / 2) + index) / kinds.length)
      if (misses) await context.forEvery(kind.name, misses, share, ({ given }) => attempt(given))
    }
  },
}

/** Where a user was sent must be the registered reply, if anywhere. */
const staysHome = (context: Context, asked: Asked, registered: string, what: string) => {
  const sent = sentTo(asked)
  if (sent === undefined || sent.url === registered) return
  const expected = `wreply ${what} refused, or the response at ${registered}`
  if (!context.dialect.documented && !responseIn(asked.outcome) && comesToNothing(context, asked, expected)) return
  throw new Violation(responseIn(asked.outcome) ? 'posted-elsewhere' : 'sent-elsewhere', {
    expected,
    actual: describe(asked),
  })
}
