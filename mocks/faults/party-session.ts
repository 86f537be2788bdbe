import { chunksOf, opened, sealed } from '../relying-party/cookie.ts'
import type { Box, PartyPolicies } from '../relying-party/policies.ts'
import { honestParty } from '../relying-party/policies.ts'
import type { PartyFaults } from './party-fault.ts'

const [hour, day] = [3_600_000, 86_400_000]

/** A sign-out of one kind that leaves a session of so many cookies and more. */
const keeping =
  (kept: 'sign-out' | 'clean-up', most: number): PartyPolicies['forgets'] =>
  (kind, count) =>
    kind === kept && count >= most ? [] : honestParty.forgets(kind, count)

const unsealed: Box = {
  shut: (text) => chunksOf(Buffer.from(text).toString('base64url')),
  open: (values) => Buffer.from(values.join(''), 'base64url').toString('utf8'),
}

/** How much of a session is left open at the end of the last cookie. */
const open = 40

/** Faults in sessions and in the cookies that hold them. */
export const partySessionFaults = {
  'party.ends-sessions-after-an-hour': {
    does: 'ends every session after an hour',
    breaks: 'party.session-8-hours',
    policy: 'lasts',
    instead: (assertion, now) => Math.min(honestParty.lasts(assertion, now), now + hour),
  },
  'party.keeps-sessions-for-a-day': {
    does: 'keeps every session for a day',
    breaks: 'party.session-8-hours',
    policy: 'lasts',
    instead: (_, now) => now + day,
  },
  'party.gives-eight-hours-to-all': {
    does: 'gives every session eight hours, whatever its token has',
    breaks: 'party.session-8-hours',
    policy: 'lasts',
    instead: (_, now) => now + 8 * hour,
  },
  'party.ignores-end-of-sessions': {
    does: 'looks at no session whether it is over',
    breaks: 'party.session-8-hours',
    policy: 'isOver',
    instead: () => false,
  },
  'party.revives-sessions-after-a-week': {
    does: 'takes a session for a valid one again a week after its end',
    breaks: 'party.cookie-until-sign-out',
    policy: 'isOver',
    instead: ({ until }, now) => until <= now && now < until + 7 * day,
  },
  'party.slides-sessions': {
    does: 'begins the eight hours anew whenever the visitor comes back',
    breaks: 'party.session-8-hours',
    policy: 'renews',
    instead: (session, now) => ({ ...session, until: now + 8 * hour }),
  },
  'party.slides-sessions-in-their-last-minutes': {
    does: 'gives an hour more to whoever comes back in the last minutes of a session',
    breaks: 'party.session-8-hours',
    policy: 'renews',
    instead: (session, now) =>
      session.until - now < 20 * 60_000 ? { ...session, until: session.until + hour } : undefined,
  },
  'party.shows-error-once-over': {
    does: 'shows an error to whoever comes back with an expired session',
    breaks: 'party.renews-by-loop',
    policy: 'onceOver',
    instead: () => 'error',
  },
  'party.shows-error-after-a-week': {
    does: 'shows an error to whoever comes back a week after the end of their session',
    breaks: 'party.cookie-until-sign-out',
    policy: 'onceOver',
    instead: ({ until }, now) => (now > until + 7 * day ? 'error' : 'loop'),
  },
  'party.keeps-session-at-sign-out': {
    does: 'leaves the session as it is at a sign-out',
    breaks: 'party.sign-out',
    policy: 'forgets',
    instead: keeping('sign-out', 1),
  },
  'party.keeps-long-sessions-at-sign-out': {
    does: 'leaves a session of three cookies as it is at a sign-out',
    breaks: 'party.sign-out',
    policy: 'forgets',
    instead: keeping('sign-out', 3),
  },
  'party.ignores-clean-up': {
    does: 'leaves the session as it is at a clean-up',
    breaks: 'party.sign-out',
    policy: 'forgets',
    instead: keeping('clean-up', 1),
  },
  'party.keeps-long-sessions-at-clean-up': {
    does: 'leaves a session of three cookies as it is at a clean-up',
    breaks: 'party.sign-out',
    policy: 'forgets',
    instead: keeping('clean-up', 3),
  },
  'party.fails-at-second-clean-up': {
    does: 'fails at a clean-up when there is no session any more',
    breaks: 'party.sign-out',
    policy: 'cleansUpNobody',
    instead: () => 500,
  },
  'party.refuses-clean-up-of-nobody': {
    does: 'refuses a clean-up when nobody is signed in',
    breaks: 'party.sign-out',
    policy: 'cleansUpNobody',
    instead: () => 403,
  },
  'party.omits-secure': {
    does: 'sets its cookies without Secure',
    breaks: 'party.cookie-safety',
    policy: 'marks',
    instead: (index) => honestParty.marks(index).filter((mark) => mark !== 'Secure'),
  },
  'party.omits-http-only': {
    does: 'sets its cookies without HttpOnly',
    breaks: 'party.cookie-safety',
    policy: 'marks',
    instead: (index) => honestParty.marks(index).filter((mark) => mark !== 'HttpOnly'),
  },
  'party.omits-secure-of-third-cookie': {
    does: 'sets the third cookie of a long session without Secure',
    breaks: 'party.cookie-safety',
    policy: 'marks',
    instead: (index) => honestParty.marks(index).filter((mark) => mark !== 'Secure' || index < 2),
  },
  'party.reads-unsealed-cookies': {
    does: 'keeps a session in cookies that anybody can read and write',
    breaks: 'party.cookie-safety',
    policy: 'box',
    instead: unsealed,
  },
  'party.opens-pages-to-any-cookie': {
    does: 'takes whoever has a cookie of its name for somebody who is signed in',
    breaks: 'party.starts-loop',
    policy: 'box',
    instead: {
      shut: honestParty.box.shut,
      open: (values, purpose, sealing) =>
        honestParty.box.open(values, purpose, sealing) ??
        JSON.stringify({ name: 'guest', claims: [], until: Number.MAX_SAFE_INTEGER }),
    },
  },
  'party.leaves-end-of-cookies-open': {
    does: 'seals a session but for its beginning, which stands open at the end',
    breaks: 'party.cookie-safety',
    policy: 'box',
    instead: {
      shut: (text, purpose, sealing) =>
        chunksOf(
          `${sealed(text.slice(open), purpose, sealing)}.${Buffer.from(text.slice(0, open)).toString('base64url')}`,
        ),
      open(values, purpose, sealing) {
        const [box = '', plain = ''] = values.join('').split('.')
        const rest = opened(box, purpose, sealing)
        return rest === undefined ? undefined : Buffer.from(plain, 'base64url').toString('utf8') + rest
      },
    },
  },
  'party.seals-cookies-one-by-one': {
    does: 'seals each cookie of a session by itself',
    breaks: 'party.cookie-safety',
    policy: 'box',
    instead: {
      shut: (text, purpose, sealing) =>
        (text.match(/[^]{1,1400}/g) ?? []).map((part) => sealed(part, purpose, sealing)),
      open(values, purpose, sealing) {
        const parts = values.map((value) => opened(value, purpose, sealing))
        return parts.includes(undefined) ? undefined : parts.join('')
      },
    },
  },
  'party.seals-for-every-party': {
    does: 'seals a session in the same way for every party',
    breaks: 'party.cookie-safety',
    policy: 'box',
    instead: {
      shut: (text, _, sealing) => honestParty.box.shut(text, '', sealing),
      open: (values, _, sealing) => honestParty.box.open(values, '', sealing),
    },
  },
  'party.seals-long-sessions-for-every-party': {
    does: 'seals a session in the same way for every party when it is long',
    breaks: 'party.cookie-safety',
    policy: 'box',
    instead: {
      shut: (text, purpose, sealing) => honestParty.box.shut(text, text.length > 2_000 ? '' : purpose, sealing),
      open: (values, purpose, sealing) =>
        honestParty.box.open(values, purpose, sealing) ?? honestParty.box.open(values, '', sealing),
    },
  },
} as const satisfies PartyFaults
