import * as fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { single } from '../../../fixtures/world/slice.ts'
import { get } from '../../../harness/dialects/authorize.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import type { Answer, Begun } from './answers.ts'
import { answerIn, answerTo, begin, deliver, marked, markOf } from './answers.ts'
import { buysNothing } from './bad-answer.ts'
import { partiesOf, partiesSignIn, peopleOf } from './request.ts'

const clauses = ['sign-in.rejects-bad-upstream'] as const
const needs = { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' } as const
const upstream: Check['applies'] = (dialect) => (dialect.upstream ? undefined : 'dialect.upstream')
const hour = 3_600_000

/** An answer to nothing. */
export const unknownSignIn: Check = {
  id: 'sign-in.rejects-bad-upstream.unknown-sign-in',
  title: 'an answer that belongs to no sign-in of its browser is no sign-in',
  sends:
    'genuine upstream tokens without wctx or state, with an empty, an invented or an almost right one, while a sign-in is pending in that browser',
  owes: 'a refusal: what nobody asked for is believed by none (RFC 9700 section 4.7)',
  clauses,
  weaker: 'practice',
  attacks: ['OAU-09'],
  applies: upstream,
  needs,
  kills: ['broker.guesses-unknown-sign-in'],
  control: partiesSignIn,
  async run(context) {
    const marks = [undefined, '', `invented-${context.slice.tag}`]
    const cases = partiesOf(context).flatMap((people) => marks.map((mark) => ({ people, mark })))
    await context.each(cases, async ({ people, mark }) => {
      const begun = await begin(context, people)
      const answer = marked(await answerTo(begun), mark)
      buysNothing(
        context,
        await deliver(context, begun.browser, answer),
        people,
        `an answer for ${JSON.stringify(mark ?? null)}`,
      )
    })
    const edits = fc.record({ people: fc.constantFrom(...partiesOf(context)), at: fc.nat(), longer: fc.boolean() })
    await context.forEvery('almost', edits, Math.ceil(context.runs / 10), async ({ people, at, longer }) => {
      const begun = await begin(context, people)
      const answer = await answerTo(begun)
      const mark = markOf(answer)
      const changed = longer ? `${mark}x` : mark.slice(0, at % mark.length)
      buysNothing(
        context,
        await deliver(context, begun.browser, marked(answer, changed)),
        people,
        'an answer for almost a sign-in',
      )
    })
  },
}

/** An answer that is carried to another person's browser. */
export const foreignBrowser: Check = {
  id: 'sign-in.rejects-bad-upstream.other-browser',
  title: 'an answer signs nobody in but in the browser that began the sign-in',
  sends: "the answer to one browser's sign-in from another browser",
  owes: 'a refusal: or an attacker signs others in as himself (RFC 9700 section 4.7)',
  clauses,
  weaker: 'practice',
  attacks: ['WSF-10'],
  applies: upstream,
  needs,
  kills: ['broker.signs-in-other-browser'],
  control: partiesSignIn,
  async run(context) {
    await context.each(partiesOf(context), async (people) => {
      const answer = await answerTo(await begin(context, people))
      buysNothing(
        context,
        await deliver(context, context.browser(), answer),
        people,
        "the answer to another browser's sign-in",
      )
    })
  },
}

/** An answer that comes a day late. */
export const expiredSignIn: Check = {
  id: 'sign-in.rejects-bad-upstream.expired-sign-in',
  title: 'a sign-in that was begun a day ago is finished no more',
  sends:
    'a fresh upstream token for a sign-in that was begun a day earlier by the clock, in silence or with others begun in between',
  owes: 'a refusal; how long a sign-in stays pending is nowhere documented, a day is too long by any reading',
  clauses,
  weaker: 'practice',
  attacks: ['OAU-12'],
  applies: upstream,
  needs: { ...needs, capabilities: ['clock', 'speaks:metadata'], scope: 'exclusive' },
  kills: ['broker.keeps-sign-ins-forever', 'broker.extends-pending-sign-ins'],
  control: partiesSignIn,
  async run(context) {
    const late = async (begun: Begun, hours: readonly number[], between?: () => Promise<unknown>) => {
      try {
        for (const wait of hours) {
          await context.clock.advance(wait * hour)
          await between?.()
        }
        const asked = await deliver(context, begun.browser, await answerTo(begun))
        const age = hours.reduce((sum, wait) => sum + wait, 0)
        buysNothing(context, asked, begun.people, `an answer to a sign-in of ${age} hours ago`)
      } finally {
        await context.clock.reset()
      }
    }
    await context.each(partiesOf(context), async (people) => late(await begin(context, people), [24]))
    const people = peopleOf(context)
    const waits = fc.array(fc.integer({ min: 4, max: 7 }), { minLength: 6, maxLength: 9 })
    await context.forEvery('used-meanwhile', waits, Math.ceil(context.runs / 20), async (hours) => {
      const begun = await begin(context, people)
      await late(begun, hours, () => begin(context, people, begun.browser))
    })
  },
}

/** A genuine answer of the same tenant for the same user, in the other protocol than was asked. */
const inOtherProtocol = async (context: Context, { browser, people, journey }: Begun): Promise<Answer> => {
  const { id, realm, reply } = context.application
  const mark = markOf(await answerTo({ browser: context.browser(), people, journey }))
  const { tenant, user } = people
  const query: Pairs =
    tenant.upstream === 'oidc'
      ? [['wa', 'wsignin1.0'], ['wtrealm', realm], ['wreply', reply], ['wctx', mark]]
      : [['client_id', id], ['response_type', 'id_token'], ['response_mode', 'form_post'], ['scope', 'openid profile'], ['redirect_uri', reply], ['nonce', randomUUID()], ['state', mark]] // prettier-ignore
  const path = tenant.upstream === 'oidc' ? 'wsfed' : 'oauth2/authorize'
  const request = get(context.at.idp, `/${tenant.id}/${path}?${encodeForm(query)}`)
  return answerIn(await browser.go(request, user, 'target'))
}

/** An answer in the other protocol. */
export const otherProtocol: Check = {
  id: 'sign-in.rejects-bad-upstream.other-protocol',
  title: 'an answer in another protocol than was asked is no sign-in',
  sends:
    'a genuine assertion of the right tenant for the right user where an id token was asked for, and an id token where an assertion was',
  owes: 'a refusal: an assertion answers no nonce, and an id token none that was asked',
  clauses,
  weaker: 'practice',
  applies: upstream,
  needs: { ...needs, capabilities: ['oidc', 'wsfed-upstream', 'speaks:metadata'] },
  kills: ['broker.takes-either-protocol', 'broker.takes-assertion-for-id-token'],
  control: partiesSignIn,
  async run(context) {
    await context.each(partiesOf(context), async (people) => {
      const begun = await begin(context, people)
      const answer = await inOtherProtocol(context, begun)
      buysNothing(context, await deliver(context, begun.browser, answer), people, 'an answer in the other protocol')
    })
  },
}
