import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import { withQuery } from '../../protocols/form.ts'
import { cleanUpQuery, signOutQuery } from '../../protocols/ws-federation/request.ts'
import { bothSignIn, signsIn } from './token.ts'
import type { PartyContext } from './visit.ts'
import { get, needs, usersOf, visit, whoami } from './visit.ts'

const clauses = ['party.sign-out'] as const

const signOutOf = ({ party }: PartyContext) => party.signOut ?? withQuery(party.reply, signOutQuery({}))
const cleanUpOf = ({ party }: PartyContext) => party.cleanUp ?? withQuery(party.reply, cleanUpQuery())

/** A claim that makes a session need more than one cookie, in as many characters. */
const long = (length: number) =>
  length === 0 ? [] : [{ type: 'https://claims.test/padding', values: ['x'.repeat(length)] }]

/** Signs a user in, has the session ended by a request, and judges that it is. */
const ends = (context: PartyContext, path: string, how: string) => async (length: number) => {
  const { visit: made } = await signsIn(context, { more: long(length) })
  await made.browser.go(get(context, path), undefined, 'broker')
  const identity = await whoami(context, made.browser)
  if (identity !== undefined)
    throw new Violation('still-in', {
      expected: `nobody signed in after a ${how}`,
      actual: `${identity.name} still is`,
    })
  const again = await visit(context, { browser: made.browser })
  if (again.asked === undefined)
    throw new Violation('not-asked', { expected: `the broker asked again after a ${how}`, actual: 'it is not' })
}

const lengths = fc.integer({ min: 0, max: 5_000 })

/** Explicit sign-out. */
export const signOutEnds: Check<'relying-party'> = {
  id: 'party.sign-out.ends-session',
  title: 'a sign-out ends the session, however many cookies hold it',
  sends: 'sign-ins whose tokens are short and long, and the sign-out of the party',
  owes: 'nobody signed in in that browser, and the broker asked at the next visit',
  clauses,
  needs,
  kills: ['party.keeps-session-at-sign-out', 'party.keeps-long-sessions-at-sign-out'],
  control: bothSignIn,
  async run(context) {
    const end = ends(context, signOutOf(context), 'sign-out')
    await context.each([0], end)
    await context.forEvery('length', lengths, Math.ceil(context.runs / 4), end)
  },
}

/** Sign-out elsewhere. */
export const cleanUpEnds: Check<'relying-party'> = {
  id: 'party.sign-out.clean-up',
  title: 'a clean-up ends the session as a sign-out does',
  sends: 'sign-ins whose tokens are short and long, and wsignoutcleanup1.0 as the broker has the browser send it',
  owes: 'nobody signed in in that browser, and the broker asked at the next visit',
  clauses,
  attacks: ['WSF-26'],
  needs,
  kills: ['party.ignores-clean-up', 'party.keeps-long-sessions-at-clean-up'],
  control: bothSignIn,
  async run(context) {
    const end = ends(context, cleanUpOf(context), 'clean-up')
    await context.each([0], end)
    await context.forEvery('length', lengths, Math.ceil(context.runs / 4), end)
  },
}

/** Whoever is signed out already may be told so again. */
export const cleanUpTwice: Check<'relying-party'> = {
  id: 'party.sign-out.idempotent',
  title: 'a clean-up does no harm where nobody is signed in, and leaves other browsers alone',
  sends:
    'clean-ups, up to five in a row, by a browser that was signed in and by one that never was, while somebody else is signed in',
  owes: 'no error, nobody signed in there, the other one still signed in, and a sign-in that works afterwards',
  clauses,
  needs,
  kills: ['party.fails-at-second-clean-up', 'party.refuses-clean-up-of-nobody'],
  control: bothSignIn,
  async run(context) {
    const [user, other] = usersOf(context)
    const repeats = async ({ signedIn, times }: { signedIn: boolean; times: number }) => {
      const aside = await signsIn(context, { user: other })
      const browser = signedIn ? (await signsIn(context, { user })).visit.browser : context.browser()
      for (let count = 1; count <= times; count += 1) {
        const journey = await browser.go(get(context, cleanUpOf(context)), undefined, 'broker')
        const bad = journey.find(({ response }) => (response?.status ?? 0) >= 400)
        if (bad)
          throw new Violation('error', {
            expected: 'a clean-up that does no harm',
            actual: `status ${bad.response?.status} for ${count === 1 ? 'the first' : 'one more'}`,
          })
      }
      if ((await whoami(context, browser)) !== undefined)
        throw new Violation('still-in', { expected: 'nobody signed in', actual: 'somebody is' })
      if ((await whoami(context, aside.visit.browser))?.name !== other.name)
        throw new Violation('others-out', {
          expected: 'another browser left alone',
          actual: 'nobody is signed in there',
        })
      await signsIn(context, { user }, await visit(context, { browser }))
    }
    await context.each(
      [
        { signedIn: true, times: 2 },
        { signedIn: false, times: 1 },
      ],
      repeats,
    )
    const made = fc.record({ signedIn: fc.boolean(), times: fc.integer({ min: 1, max: 5 }) })
    await context.forEvery('times', made, Math.ceil(context.runs / 10), repeats)
  },
}
