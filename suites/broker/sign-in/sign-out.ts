import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { loadsOf } from '../../../harness/agent/browser.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import { urlOf } from '../../../protocols/wire.ts'
import { describe, sentTo } from '../authorize/request.ts'
import { eachKind, needing } from './needs.ts'
import {
  metadataOf,
  partiesOf,
  partiesSignIn,
  responseIn,
  seenBy,
  signIn,
  speaks,
  signInBy,
  trustOf,
  validSignIn,
} from './request.ts'

const needs = needing(eachKind)

/** Signs a user in to every party of a tenant in one browser, and signs out. */
const inAndOut = async (context: Context, tenant: string, reply?: string) => {
  const trust = trustOf(context, await metadataOf(context))
  const parties = partiesOf(context).filter((one) => one.tenant.id === tenant)
  const browser = context.browser()
  for (const { party, user } of parties) {
    seenBy(party, trust, await signIn(context, validSignIn(context, party), user, browser))
  }
  const out = speaks(context, 'signOut').request({ ...(reply !== undefined && { reply }) }, context.at)
  const journey = await browser.go(out)
  await browser.load(journey)
  return { browser, parties, journey, told: loadsOf(journey) }
}

/** After a sign-out, somebody has to sign in again. */
export const endsSession: Check = {
  id: 'sign-out.ends-session.next-sign-in',
  title: 'after a sign-out the next sign-in asks for credentials again',
  sends: 'sign-ins at two parties, a sign-out, and then a sign-in in the same browser without credentials',
  owes: 'no response: the sessions at the broker and upstream are over',
  clauses: ['sign-out.ends-session'],
  needs,
  kills: ['broker.keeps-sessions', 'broker.keeps-upstream-session'],
  control: partiesSignIn,
  async run(context) {
    await context.each(context.slice.tenants, async ({ id }) => {
      const { browser, parties } = await inAndOut(context, id)
      for (const { party } of parties) {
        const request = speaks(context, 'signIn').request(validSignIn(context, party), context.at)
        const asked = signInBy(context, await browser.go(request))
        if (responseIn(asked.outcome) === undefined) continue
        throw new Violation('still-signed-in', { expected: 'a question for credentials', actual: describe(asked) })
      }
    })
  },
}

/** Each party hears of it. */
export const cleansUp: Check = {
  id: 'sign-out.cleans-up-parties.each',
  title: 'a sign-out tells each party that was signed in to',
  sends: 'sign-ins at two parties and a sign-out',
  owes: 'a wsignoutcleanup1.0 request to each of them, by image, frame or redirect (WS-Federation 1.2 section 13.2.4)',
  clauses: ['sign-out.cleans-up-parties'],
  needs,
  kills: ['broker.cleans-up-first-party-only', 'broker.cleans-up-nobody'],
  control: partiesSignIn,
  async run(context) {
    await context.each(context.slice.tenants, async ({ id }) => {
      const { parties, journey, told } = await inAndOut(context, id)
      const sent = [
        ...told,
        ...journey.map(({ request }) => urlOf(request)),
        sentTo({ journey, outcome: speaks(context, 'signOut').read(journey) })?.url ?? '',
      ]
      for (const { party } of parties) {
        if (
          sent.some((url) => url.startsWith(party.reply) && valuesOf(queryOf(url), 'wa').includes('wsignoutcleanup1.0'))
        )
          continue
        throw new Violation('not-told', {
          expected: `a clean-up request to ${party.reply}`,
          actual: 'none on any page of the sign-out',
        })
      }
    })
  },
}

/** A sign-out is no open redirector. */
export const staysRegistered: Check = {
  id: 'sign-out.unregistered-reply.stranger',
  title: 'a sign-out never sends anybody to a URL that is not registered',
  sends: 'a sign-out whose wreply is on a foreign host',
  owes: 'nobody sent there (RFC 9700 section 4.11)',
  clauses: ['sign-out.unregistered-reply'],
  needs,
  kills: ['broker.leads-anywhere-after-sign-out'],
  control: partiesSignIn,
  async run(context) {
    const foreign = `https://stranger-${context.slice.tag}.test/`
    await context.each([foreign, `//${foreign.slice(8)}`, `${foreign}?x=1`], async (reply) => {
      const [tenant] = context.slice.tenants
      const { journey } = await inAndOut(context, tenant?.id ?? '', reply)
      const asked = { journey, outcome: speaks(context, 'signOut').read(journey) }
      const sent = sentTo(asked)
      if (sent === undefined || !sent.url.includes(`stranger-${context.slice.tag}`)) return
      throw new Violation('redirected', { expected: `nobody sent to ${reply}`, actual: describe(asked) })
    })
  },
}
