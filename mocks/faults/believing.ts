import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { Refused } from '../../protocols/refusal.ts'
import type { Expected, Verified } from '../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'

/** How a token is believed, or why it is not. */
export type Believes = (text: string, expected: Expected) => Verified | Refused

export const refuting = (breaks: ClauseId, does: string, instead: Believes) =>
  ({ does, breaks, policy: 'believes', instead }) as const

/** A window that is not looked at is not kept to either: a session of such a token begins when it comes. */
export const fromNow =
  (mistaken: Believes): Believes =>
  (text, expected) => {
    const answer = mistaken(text, expected)
    if (answer.is === 'refused' || (answer.assertion.notOnOrAfter ?? 0) > expected.now) return answer
    return { ...answer, assertion: { ...answer.assertion, notOnOrAfter: expected.now + 8 * 3_600_000 } }
  }

/** A mistake that is made only where a message looks so. */
export const where =
  (looks: (text: string) => boolean, mistaken: Believes): Believes =>
  (text, expected) =>
    (looks(text) ? mistaken : verifyToken)(text, expected)

export const inCollection = (text: string) => text.includes('ResponseCollection')
export const inNewForm = (text: string) => text.includes('ws-sx/ws-trust/200512')
export const isLong = (text: string) => text.length > 6_000
export const refused: Refused = { is: 'refused', reason: 'malformed', detail: 'not taken' }
