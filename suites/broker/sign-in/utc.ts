import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Element } from '../../../protocols/xml/element.ts'
import { textOf } from '../../../protocols/xml/element.ts'
import type { Asked } from '../authorize/request.ts'
import { eachKind, needing } from './needs.ts'
import { forSessionsOfAnyAge, needingTime } from './old-session.ts'
import { elementsOfResult } from './raw-token.ts'
import { partiesOf, responseComes, signIn, validSignIn } from './request.ts'

const tolerance = 10 * 60_000

/** When each instant may be, from and to, in ms: it was issued now, and the user signed in between then and now. */
type Frame = Readonly<Record<string, readonly [number, number]>>

const frameOf = (began: number, now: number): Frame => {
  const [early, present, late] = [began - tolerance, now - tolerance, now + tolerance]
  return {
    IssueInstant: [present, late],
    Created: [-Infinity, late],
    NotBefore: [-Infinity, late],
    NotOnOrAfter: [present, Infinity],
    Expires: [present, Infinity],
    AuthnInstant: [early, late],
    AuthenticationInstant: [early, late],
  }
}

/** What may be an instant, with its name. */
const namedIn = (element: Element): (readonly [string, string])[] => [
  ...element.attributes.map(({ local, value }) => [local, value] as const),
  [element.local, textOf(element).trim()],
]

const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/

/** Judges every instant of a result: in UTC, and right. One without a zone is read as UTC, as the standard has it. */
const inUtc = (context: Context, asked: Asked, frame: Frame): void => {
  for (const [name, text] of elementsOfResult(asked).flatMap(namedIn)) {
    const range = frame[name]
    if (range === undefined) continue
    const [whole, zone] = zoned.exec(text) ?? []
    if (whole === undefined || (zone !== undefined && !/^(Z|[+-]00:00)$/.test(zone))) {
      throw new Violation('zone', { expected: `${name} in UTC`, actual: text.slice(0, 60) })
    }
    if (zone !== 'Z') context.note('an instant does not end in Z')
    const at = Date.parse(zone === undefined ? `${text}Z` : text)
    if (at >= range[0] && at <= range[1]) continue
    const owed = range.filter(Number.isFinite).map((one) => new Date(one).toISOString())
    throw new Violation('wrong', { expected: `${name} near ${owed.join(' and ')}`, actual: text })
  }
}

/** Now, in UTC. */
export const instantsInUtc: Check = {
  id: 'sign-in.utc.instants',
  title: 'the instants in a token are in UTC, and right',
  sends: 'a valid sign-in at each party',
  owes: 'every instant in UTC, and in accord with the time of the sign-in, give or take ten minutes',
  clauses: ['sign-in.utc'],
  needs: needing(eachKind),
  kills: ['broker.writes-local-time', 'broker.writes-offsets'],
  control: responseComes,
  async run(context) {
    await context.each(partiesOf(context), async ({ party, user }) => {
      const began = context.clock.now()
      const asked = await signIn(context, validSignIn(context, party), user)
      inUtc(context, asked, frameOf(began, context.clock.now()))
    })
  },
}

/** Later, out of a session. */
export const oldSessionInUtc: Check = {
  id: 'sign-in.utc.old-session',
  title: 'the instants in a token that an old session gives are in UTC, and right',
  sends: 'a sign-in at a second party in the same browser, minutes or hours after the first',
  owes: 'an issue now and an authentication between then and now, both in UTC, give or take ten minutes',
  clauses: ['sign-in.utc'],
  needs: needingTime,
  kills: ['broker.tells-old-sign-ins-in-local-time'],
  control: responseComes,
  run: (context) =>
    forSessionsOfAnyAge(context, ({ asked, began }) => inUtc(context, asked, frameOf(began, context.clock.now()))),
}
