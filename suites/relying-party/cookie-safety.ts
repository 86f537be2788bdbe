import * as fc from 'fast-check'
import type { SetCookie } from '../../harness/agent/set-cookies.ts'
import { cookiesSet } from '../../harness/agent/set-cookies.ts'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import type { Identity } from '../../harness/target/relying-party.ts'
import { isSame } from './identity.ts'
import type { Making } from './token.ts'
import { bothSignIn, signsIn } from './token.ts'
import type { PartyContext, Which } from './visit.ts'
import { needs, usersOf, whoami } from './visit.ts'

const clauses = ['party.cookie-safety'] as const

const headerOf = (cookies: readonly Pick<SetCookie, 'name' | 'value'>[]) =>
  cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

/** Who is signed in for whoever sends these cookies, and no others. */
const whoHas = (context: PartyContext, cookies: readonly Pick<SetCookie, 'name' | 'value'>[], which: Which = 'first') =>
  whoami(context, context.browser(), { which, headers: [['cookie', headerOf(cookies)]] })

/** The cookies without which nobody is signed in, and who is by them. */
const sessionOf = async (
  context: PartyContext,
  making: Making = {},
): Promise<{ cookies: SetCookie[]; identity: Identity }> => {
  const { journey, identity } = await signsIn(context, making)
  const all = cookiesSet(journey)
  const which = making.which ?? 'first'
  if (identity === undefined || !isSame(await whoHas(context, all, which), identity))
    throw new Inconclusive('unreadable', 'the session is not in the cookies that were set')
  const cookies: SetCookie[] = []
  for (const cookie of all) {
    const rest = all.filter((one) => one !== cookie)
    if (!isSame(await whoHas(context, rest, which), identity)) cookies.push(cookie)
  }
  return { cookies, identity }
}

/** Claims that make a session need several cookies, in as many characters and with something of the user's own at the end. */
const long = (length: number, own = 'x') =>
  length === 0
    ? []
    : [
        { type: 'https://claims.test/padding', values: ['x'.repeat(length)] },
        { type: 'https://claims.test/last', values: [own] },
      ]

/** What a browser is told of them. */
export const attributes: Check<'relying-party'> = {
  id: 'party.cookie-safety.attributes',
  title: 'every cookie of a session is Secure and HttpOnly',
  sends: 'sign-ins with short and long tokens, and visits that tell which of the cookies set then hold the session',
  owes: 'Secure and HttpOnly on each of these (OWASP ASVS 4.0.3 sections 3.4.1 and 3.4.2)',
  clauses,
  needs,
  kills: ['party.omits-secure', 'party.omits-http-only', 'party.omits-secure-of-third-cookie'],
  control: bothSignIn,
  async run(context) {
    const marked = async (length: number) => {
      const { cookies } = await sessionOf(context, { more: long(length) })
      for (const { secure, httpOnly, sameSite } of cookies) {
        if (!secure)
          throw new Violation('not-secure', { expected: 'Secure', actual: 'a cookie of the session without it' })
        if (!httpOnly)
          throw new Violation('not-http-only', { expected: 'HttpOnly', actual: 'a cookie of the session without it' })
        if (sameSite === undefined) context.note('a cookie of the session says nothing of SameSite')
      }
    }
    await context.each([0], marked)
    await context.forEvery('length', fc.integer({ min: 0, max: 6_000 }), Math.ceil(context.runs / 10), marked)
  },
}

/** What a change of a cookie must not do: give another session than the one it was. */
const mustNotBe = (found: Identity | undefined, own: readonly Identity[], what: string) => {
  if (found === undefined || own.some((identity) => isSame(found, identity))) return
  throw new Violation('tampered', { expected: `nobody signed in by ${what}`, actual: `${found.name} is` })
}

type Change = { cookie: number; at: number; by: string; cut: boolean }
const changed = (cookies: readonly SetCookie[], { cookie, at, by, cut }: Change): SetCookie[] =>
  cookies.map((one, index) => {
    if (index !== cookie % cookies.length) return one
    const place = Math.floor(at * one.value.length)
    const value =
      one.value.slice(0, place) + (cut ? '' : (by === one.value[place] ? 'x' : by) + one.value.slice(place + 1))
    return { ...one, value }
  })

/** A cookie that was changed. */
export const alteredCookie: Check<'relying-party'> = {
  id: 'party.cookie-safety.altered',
  title: 'no session comes of a cookie that was altered or cut, in whichever place',
  sends: 'the cookies of a session with one character of one of them replaced, or its end cut off, anywhere',
  owes: 'nobody signed in, or exactly who was, as by a cookie that says the same',
  clauses,
  needs,
  kills: ['party.reads-unsealed-cookies', 'party.leaves-end-of-cookies-open'],
  control: bothSignIn,
  async run(context) {
    const session = await sessionOf(context, { more: long(4_000) })
    const alters = async (change: Change) =>
      mustNotBe(await whoHas(context, changed(session.cookies, change)), [session.identity], 'an altered cookie')
    const last = session.cookies.length - 1
    await context.each(
      [0, last].flatMap((cookie) => [
        { cookie, at: 0.5, by: 'A', cut: false },
        { cookie, at: 0.9, by: 'A', cut: true },
      ]),
      alters,
    )
    const change = fc.record({
      cookie: fc.nat({ max: 5 }),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      by: fc.constantFrom(...'ABCXYZabcxyz0189'),
      cut: fc.boolean(),
    })
    await context.forEvery('change', change, context.runs * 2, alters)
  },
}

/** Parts of two sessions. */
export const mixedCookies: Check<'relying-party'> = {
  id: 'party.cookie-safety.mixed',
  title: 'no session comes of the cookies of two',
  sends: 'cookies of the sessions of two users, some of one and some of the other, where a session has several',
  owes: 'nobody signed in, or exactly one of the two',
  clauses,
  needs,
  kills: ['party.seals-cookies-one-by-one', 'party.reads-unsealed-cookies'],
  control: bothSignIn,
  async run(context) {
    const [user, other] = usersOf(context)
    const mixes = async ({ length, take }: { length: number; take: readonly boolean[] }) => {
      const one = await sessionOf(context, { user, more: long(length, user.objectId) })
      const two = await sessionOf(context, { user: other, more: long(length, other.objectId) })
      const both = one.cookies.map((cookie, index) =>
        take[index % take.length] ? (two.cookies[index] ?? cookie) : cookie,
      )
      mustNotBe(await whoHas(context, both), [one.identity, two.identity], 'parts of two sessions')
    }
    await context.each(
      [
        { length: 4_000, take: [false, true] },
        { length: 0, take: [true, false] },
      ],
      mixes,
    )
    const made = fc.record({
      length: fc.integer({ min: 1_000, max: 6_000 }),
      take: fc.array(fc.boolean(), { minLength: 2, maxLength: 4 }),
    })
    await context.forEvery('mixture', made, Math.ceil(context.runs / 5), mixes)
  },
}

/** One party's cookies are no good at another. */
export const otherPartysCookies: Check<'relying-party'> = {
  id: 'party.cookie-safety.other-party',
  title: 'the cookies of one party sign nobody in at another',
  sends: 'the cookies of a session at one party, sent to another one of the same product under its own names',
  owes: 'nobody signed in there',
  clauses,
  needs: { ...needs, capabilities: ['second-party'] },
  kills: ['party.seals-for-every-party', 'party.reads-unsealed-cookies', 'party.seals-long-sessions-for-every-party'],
  control: async (context) => {
    await bothSignIn(context)
    await signsIn(context, { which: 'second' })
  },
  async run(context) {
    const [user, other] = usersOf(context)
    const swaps = async ({ from, length }: { from: Which; length: number }) => {
      const to = from === 'first' ? 'second' : 'first'
      const taken = await sessionOf(context, { user, which: from, more: long(length) })
      const named = await sessionOf(context, { user: other, which: to, more: long(length) })
      const under = taken.cookies.map(({ value }, index) => ({ name: named.cookies[index]?.name ?? '', value }))
      for (const cookies of [taken.cookies, under]) {
        const found = await whoHas(context, cookies, to)
        if (found)
          throw new Violation('transferred', {
            expected: 'nobody signed in by the cookies of another party',
            actual: `${found.name} is`,
          })
      }
    }
    await context.each(
      (['first', 'second'] as const).map((from) => ({ from, length: 0 })),
      swaps,
    )
    const made = fc.record({
      from: fc.constantFrom<Which>('first', 'second'),
      length: fc.integer({ min: 0, max: 6_000 }),
    })
    await context.forEvery('session', made, Math.ceil(context.runs / 10), swaps)
  },
}
