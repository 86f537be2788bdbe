import * as fc from 'fast-check'
import { nearMissesOf, nearMissKinds } from '../../../fixtures/near-miss/near-miss.ts'
import { samePlace } from '../../../fixtures/near-miss/place.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { loadsOf } from '../../../harness/agent/browser.ts'
import { nextOf, resolve } from '../../../harness/agent/next.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import { urlOf } from '../../../protocols/wire.ts'
import type { Asked } from '../authorize/request.ts'
import { describe, sentTo } from '../authorize/request.ts'
import { eachKind, needing } from './needs.ts'
import type { People } from './request.ts'
import { partiesOf, partiesSignIn, responseIn, signIn, speaks, signInBy, validSignIn } from './request.ts'

/** Where the user would like to go after a sign-out; nowhere, or more than once. */
type Reply = string | readonly string[] | undefined

/** A browser that has signed in to parties, one after the other, and out again. */
type Left = { browser: Browser; journey: Journey; told: string[] }

/** Signs in to parties in one browser, and signs out. */
const inAndOut = async (context: Context, parties: readonly People[], reply?: Reply): Promise<Left> => {
  const browser = context.browser()
  for (const { party, user } of parties) {
    const asked = await signIn(context, validSignIn(context, party), user, browser)
    if (!responseIn(asked.outcome)) throw new Inconclusive('unreadable', `no sign-in response came: ${describe(asked)}`)
  }
  const out = speaks(context, 'signOut').request({ ...(reply !== undefined && { reply }) }, context.at)
  const journey = await browser.go(out)
  const outcome = speaks(context, 'signOut').read(journey)
  if (outcome.is === 'unreadable') throw new Inconclusive('unreadable', outcome.why)
  const last = journey.at(-1)
  const next = last && nextOf(last)
  if (last?.to === 'target' && next?.is === 'page' && next.page.forms.length > 0) {
    throw new Inconclusive('unreadable', 'the sign-out ends in a form that waits for a person')
  }
  const loaded = await browser.load(journey)
  return { browser, journey, told: loadsOf([...journey, ...loaded]) }
}

/** The parties of each tenant of the slice. */
const byTenant = (context: Context): People[][] => [...Map.groupBy(partiesOf(context), ({ tenant }) => tenant).values()]

/** Holds something against sign-outs after visits to any parties, with a registered `wreply` and without. */
const forAnyVisits = async (
  context: Context,
  holds: (parties: readonly People[], left: Left) => Promise<void> | void,
): Promise<void> => {
  const all = partiesOf(context)
  const visits = {
    some: fc.shuffledSubarray(all, { minLength: 1 }),
    all: fc.shuffledSubarray(all, { minLength: all.length }),
  }
  for (const [which, parties] of Object.entries(visits)) {
    for (const onward of ['here', 'onward'] as const) {
      await context.forEvery(`${which}-${onward}`, parties, Math.ceil(context.runs / 25), async (visited) => {
        const reply = onward === 'onward' ? visited[0]?.party.reply : undefined
        await holds(visited, await inAndOut(context, visited, reply))
      })
    }
  }
}

/** Nobody signs in to a party in this browser without credentials. */
const nobodySignsIn = async (context: Context, parties: readonly People[], { browser }: Left): Promise<void> => {
  for (const { party } of parties) {
    const request = speaks(context, 'signIn').request(validSignIn(context, party), context.at)
    const asked = signInBy(context, await browser.go(request))
    if (responseIn(asked.outcome) === undefined) continue
    throw new Violation('still-signed-in', { expected: 'a question for credentials', actual: describe(asked) })
  }
}

/** After a sign-out, somebody has to sign in again. */
export const endsSession: Check = {
  id: 'sign-out.ends-session.next-sign-in',
  title: 'after a sign-out the next sign-in asks for credentials again',
  sends:
    'sign-ins at two parties, or at any of two tenants, a sign-out, and then a sign-in in the same browser without credentials',
  owes: 'no response: the sessions at the broker and upstream are over',
  clauses: ['sign-out.ends-session'],
  needs: needing(eachKind),
  kills: [
    'broker.keeps-sessions',
    'broker.keeps-upstream-session',
    'broker.ends-first-session-only',
    'broker.keeps-upstream-session-when-leading-on',
  ],
  control: partiesSignIn,
  async run(context) {
    await context.each(byTenant(context), async (parties) =>
      nobodySignsIn(context, parties, await inAndOut(context, parties)),
    )
    await forAnyVisits(context, (parties, left) => nobodySignsIn(context, parties, left))
  },
}

const isCleanUp = (url: string) => valuesOf(queryOf(url), 'wa').includes('wsignoutcleanup1.0')

/** Each party has been sent a clean-up, by the pages of a sign-out or on its way. */
const allTold = (context: Context, parties: readonly People[], { journey, told }: Left): void => {
  const sent = [
    ...told,
    ...journey.map(({ request }) => urlOf(request)),
    sentTo({ journey, outcome: speaks(context, 'signOut').read(journey) })?.url ?? '',
  ]
  for (const { party } of parties) {
    if (sent.some((url) => url.startsWith(party.reply) && isCleanUp(url))) continue
    throw new Violation('not-told', {
      expected: `a clean-up request to ${party.reply}`,
      actual: 'none on any page of the sign-out',
    })
  }
}

/** Each party hears of it. */
export const cleansUp: Check = {
  id: 'sign-out.cleans-up-parties.each',
  title: 'a sign-out tells each party that was signed in to',
  sends: 'sign-ins at two parties, or at any of two tenants, and a sign-out',
  owes: 'a wsignoutcleanup1.0 request to each of them, by image, frame or redirect (WS-Federation 1.2 section 13.2.4)',
  clauses: ['sign-out.cleans-up-parties'],
  needs: needing({ tenants: 2, partiesPerTenant: 3 }),
  kills: ['broker.cleans-up-first-party-only', 'broker.cleans-up-nobody', 'broker.cleans-up-two-parties'],
  control: partiesSignIn,
  async run(context) {
    const pairs = byTenant(context).map((parties) => parties.slice(0, 2))
    await context.each(pairs, async (parties) => allTold(context, parties, await inAndOut(context, parties)))
    await forAnyVisits(context, (parties, left) => allTold(context, parties, left))
  },
}

/** Where a sign-out led may be the reply of a party, or its clean-up; else nowhere that the request has chosen. */
const staysHome = (context: Context, { journey }: Left, reply: string | readonly string[]): void => {
  const asked: Asked = { journey, outcome: speaks(context, 'signOut').read(journey) }
  const url = sentTo(asked)?.url
  const last = journey.at(-1)
  if (url === undefined || last === undefined) return
  const place = isCleanUp(url) ? (url.split('?', 1)[0] ?? '') : url
  if (context.slice.parties.some((party) => samePlace(place, party.reply))) return
  const chosen = [reply].flat().some((one) => resolve(one, urlOf(last.request)) === url)
  if (!chosen && !url.includes(context.slice.tag)) return
  throw new Violation('redirected', { expected: `nobody sent to ${JSON.stringify(reply)}`, actual: describe(asked) })
}

/** A sign-out is no open redirector. */
export const staysRegistered: Check = {
  id: 'sign-out.unregistered-reply.stranger',
  title: 'a sign-out never sends anybody to a URL that is not registered',
  sends: "a sign-out whose wreply is on a foreign host, or almost a party's",
  owes: 'nobody sent there (RFC 9700 section 4.11)',
  clauses: ['sign-out.unregistered-reply'],
  needs: needing(eachKind),
  kills: [
    'broker.leads-anywhere-after-sign-out',
    'broker.leads-by-prefix-after-sign-out',
    'broker.leads-by-origin-after-sign-out',
  ],
  control: partiesSignIn,
  async run(context) {
    const [parties = []] = byTenant(context)
    const attempt = async (reply: string | readonly string[], visited = parties.slice(0, 1)) =>
      staysHome(context, await inAndOut(context, visited, reply), reply)
    const foreign = `stranger-${context.slice.tag}.test`
    const strangers = [`https://${foreign}/`, `//${foreign}/`, `https://${foreign}/?x=1`]
    await context.each(strangers, (reply) => attempt(reply, parties))
    const kinds = nearMissKinds.filter(({ leads }) => leads === 'elsewhere')
    for (const [index, kind] of kinds.entries()) {
      const misses = nearMissesOf(kind, parties[0]?.party.reply ?? '', foreign)
      const share = Math.floor((Math.ceil(context.runs / 2) + index) / kinds.length)
      if (misses) await context.forEvery(kind.name, misses, share, ({ given }) => attempt(given))
    }
  },
}
