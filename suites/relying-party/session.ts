import * as fc from 'fast-check'
import { cookiesSet } from '../../harness/agent/set-cookies.ts'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import type { SignedIn } from './token.ts'
import { bothSignIn, signIn, signsIn } from './token.ts'
import type { PartyContext } from './visit.ts'
import { alone, tell, usersOf, visit, whoami } from './visit.ts'

const [minute, hour] = [60_000, 3_600_000]
const needs = { ...alone, capabilities: ['clock'] } as const

/** Well outside of a lawful difference of clocks, in ms. */
const margin = ({ profile }: PartyContext): number => Math.max(profile.skew, 600) * 1_000 + minute

/** Moves the time, and puts it back afterwards: a case begins in the present. */
const inTime = async (context: PartyContext, body: () => Promise<void>): Promise<void> => {
  try {
    await body()
  } finally {
    await context.clock.reset()
  }
}

/** Lets time pass while the visitor comes back every so often, so that no limit of idleness is reached. */
const passes = async (context: PartyContext, ms: number, { visit: made }: SignedIn): Promise<void> => {
  for (let left = ms; left > 0; left -= 14 * minute) {
    await context.clock.advance(Math.min(left, 14 * minute))
    await whoami(context, made.browser)
  }
}

/** Signs a user in with a token of so many ms. */
const withTokenOf = (context: PartyContext, ms: number): Promise<SignedIn> =>
  signIn(context, {}, undefined, (genuine) => {
    const { assertion, response } = genuine
    const notOnOrAfter = assertion.issuedAt + ms
    return {
      ...genuine,
      assertion: { ...assertion, notOnOrAfter },
      response: { ...response, lifetime: { created: assertion.issuedAt, expires: notOnOrAfter } },
    }
  })

const mustBeIn = async (context: PartyContext, { visit: made }: SignedIn, when: string) => {
  const identity = await whoami(context, made.browser)
  if (identity?.name === usersOf(context)[0].name) return
  throw new Violation('ended-early', {
    expected: `the user still signed in ${when}`,
    actual: identity?.name ?? 'nobody is',
  })
}
const mustBeOut = async (context: PartyContext, { visit: made }: SignedIn, when: string) => {
  const identity = await whoami(context, made.browser)
  if (identity === undefined) return
  throw new Violation('lasts', { expected: `nobody signed in ${when}`, actual: `${identity.name} still is` })
}
const hours = (ms: number) => `${Math.floor(ms / hour)} h ${Math.round((ms % hour) / minute)} min after signing in`

/** Eight hours, from both sides. */
export const eightHours: Check<'relying-party'> = {
  id: 'party.session-8-hours.both-sides',
  title: 'a session of a token of eight hours is alive shortly before they are over, and over shortly after',
  sends:
    'sign-ins with tokens of eight hours; the visitor of one comes back every quarter of an hour until 7 h 50, that of another only once they are over',
  owes: 'the user signed in at 7 h 50, and nobody, once clocks that differ lawfully agree that eight hours are over',
  clauses: ['party.session-8-hours'],
  needs,
  kills: ['party.ends-sessions-after-an-hour', 'party.keeps-sessions-for-a-day', 'party.ignores-end-of-sessions'],
  control: bothSignIn,
  run: (context) =>
    context.each(['before', 'after'], (side) =>
      inTime(context, async () => {
        const made = await signsIn(context)
        if (side === 'before') {
          await passes(context, 8 * hour - 10 * minute, made)
          return mustBeIn(context, made, 'at 7 h 50')
        }
        await context.clock.advance(8 * hour + margin(context))
        await mustBeOut(context, made, hours(8 * hour + margin(context)))
      }),
    ),
}

/** Whatever the token says is how long. */
export const asLongAsToken: Check<'relying-party'> = {
  id: 'party.session-8-hours.as-long-as-token',
  title: 'a session ends with its token, however long that lives',
  sends: 'sign-ins with tokens of forty minutes to eight hours, and visits shortly before and after their end',
  owes: 'the user before, nobody after: the session lasts as long as the token',
  clauses: ['party.session-8-hours'],
  needs,
  kills: ['party.gives-eight-hours-to-all', 'party.ends-sessions-after-an-hour', 'party.keeps-sessions-for-a-day'],
  control: bothSignIn,
  run: (context) =>
    context.forEvery('lifetime', fc.integer({ min: 40, max: 480 }), Math.ceil(context.runs / 10), (minutes) =>
      inTime(context, async () => {
        const life = minutes * minute
        const made = await withTokenOf(context, life)
        if (made.identity === undefined) throw new Inconclusive('unreadable', `nobody is signed in: ${tell(made)}`)
        await passes(context, life - 12 * minute, made)
        await mustBeIn(context, made, hours(life - 12 * minute))
        const other = await withTokenOf(context, life)
        await context.clock.advance(life + margin(context))
        await mustBeOut(context, other, hours(life + margin(context)))
      }),
    ),
}

/** Coming back does not make it longer. */
export const neverSlides: Check<'relying-party'> = {
  id: 'party.session-8-hours.absolute',
  title: 'a session ends after eight hours, however often the visitor has come back',
  sends: 'a sign-in with a token of eight hours, whose visitor comes back every quarter of an hour until they are over',
  owes: 'nobody signed in then: a session that slides outlives its token',
  clauses: ['party.session-8-hours'],
  weaker: 'practice',
  needs,
  kills: ['party.slides-sessions', 'party.slides-sessions-in-their-last-minutes', 'party.keeps-sessions-for-a-day'],
  control: bothSignIn,
  run: (context) =>
    context.each(['every quarter of an hour'], () =>
      inTime(context, async () => {
        const made = await signsIn(context)
        await passes(context, 8 * hour + margin(context), made)
        await mustBeOut(context, made, hours(8 * hour + margin(context)))
      }),
    ),
}

/** An expired session begins the loop again and ends well. */
export const renewsByLoop: Check<'relying-party'> = {
  id: 'party.renews-by-loop.new-cookie',
  title: 'whoever comes back with an expired session goes through the loop once more, and has a new one',
  sends:
    'a sign-in, and after eight hours to thirty days a visit by the same browser, answered with a new token of the same user',
  owes: 'the broker asked again, the page at the end, no error on the way, and a cookie that was not there before',
  clauses: ['party.renews-by-loop'],
  needs,
  kills: ['party.shows-error-once-over', 'party.shows-error-after-a-week'],
  control: bothSignIn,
  async run(context) {
    const after = (ms: number) =>
      inTime(context, async () => {
        const first = await signsIn(context)
        await context.clock.advance(ms)
        const again = await visit(context, { browser: first.visit.browser })
        noError(again.journey, 'the visit')
        if (again.asked === undefined)
          throw new Violation('not-asked', { expected: 'the broker asked for a new token', actual: tell(again) })
        const second = await signIn(context, {}, again)
        noError(second.journey, 'the answer of the broker')
        if (second.identity?.name !== usersOf(context)[0].name)
          throw new Violation('nobody', {
            expected: 'the user signed in again',
            actual: second.identity?.name ?? 'nobody is',
          })
        const before = new Set(cookiesSet(first.journey).map(({ name, value }) => `${name}=${value}`))
        const fresh = cookiesSet(second.journey).filter(({ name, value }) => !before.has(`${name}=${value}`))
        if (fresh.length === 0) throw new Violation('old-cookie', { expected: 'a new cookie', actual: 'none was set' })
      })
    await context.each([8 * hour + margin(context)], after)
    await context.forEvery(
      'later',
      fc.integer({ min: 9, max: 720 }).map((count) => count * hour),
      Math.ceil(context.runs / 10),
      after,
    )
  },
}

const noError = (journey: SignedIn['journey'], what: string) => {
  const bad = journey.find(({ response }) => (response?.status ?? 0) >= 400)
  if (bad === undefined) return
  throw new Violation('error-page', {
    expected: `no error page on the way: ${what}`,
    actual: `status ${bad.response?.status}`,
  })
}

/** The cookie itself has no end. */
export const oldCookie: Check<'relying-party'> = {
  id: 'party.cookie-until-sign-out.old-cookie',
  title: 'a cookie whose token has expired is no error: it starts the loop',
  sends:
    'visits by a browser without cookies of its own that sends those of a session, nine hours to ninety days after the sign-in',
  owes: 'the visitor sent to the broker, as anybody without a session',
  clauses: ['party.cookie-until-sign-out'],
  needs,
  kills: ['party.shows-error-once-over', 'party.shows-error-after-a-week', 'party.revives-sessions-after-a-week'],
  control: bothSignIn,
  async run(context) {
    const sentBack = (ms: number) =>
      inTime(context, async () => {
        const { journey } = await signsIn(context)
        const cookie = cookiesSet(journey)
          .map(({ name, value }) => `${name}=${value}`)
          .join('; ')
        if (cookie === '') throw new Inconclusive('unreadable', 'the session has no cookie')
        await context.clock.advance(ms)
        const made = await visit(context, { headers: [['cookie', cookie]] })
        if (made.asked !== undefined) return
        throw new Violation('not-asked', {
          expected: 'a visitor with an old cookie sent to the broker',
          actual: tell(made),
        })
      })
    await context.each([9 * hour], sentBack)
    await context.forEvery(
      'age',
      fc.integer({ min: 9, max: 2_160 }).map((count) => count * hour),
      Math.ceil(context.runs / 10),
      sentBack,
    )
  },
}
