import { randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Party as Registration } from '../../fixtures/world/shapes.ts'
import type { Clock } from '../../protocols/clock.ts'
import { valuesOf } from '../../protocols/form.ts'
import type { Reason } from '../../protocols/refusal.ts'
import type { Assertion } from '../../protocols/saml/assertion.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { readMessage } from '../../protocols/ws-federation/read-message.ts'
import type { Pairs } from '../../protocols/wire.ts'

/** What a party made of a response: a session, or why there is none. */
export type Received =
  | { is: 'session'; session: string; context: string | undefined }
  | { is: 'refused'; reason: Reason | 'not-here' | 'not-a-response'; detail: string }

/** A relying party that says who is signed in: the identity it sees is what a sign-in is judged by. */
export type Party = {
  /** Takes the fields of a form that was posted to a URL. */
  receive(action: string, fields: Pairs): Received
  /** Who is signed in: the assertion as it was signed, for as long as it is valid. */
  whoami(session: string): Assertion | undefined
}

/** What a party trusts: the keys and the issuer of one broker. `skew` is in seconds; `sha1` believes RSA-SHA1 too. */
export type PartyTrust = { keys: readonly KeyObject[]; issuer: string; clock: Clock; skew: number; sha1?: boolean }

/**
 * Makes a relying party that is set up from a broker's metadata. It takes responses at its registered reply URL alone, and
 * verifies them strictly: its realm is the one audience, its token version the one that counts.
 */
export const makeParty = ({ realm, reply, tokenVersion }: Registration, trust: PartyTrust): Party => {
  const sessions = new Map<string, { assertion: Assertion; until: number }>()
  const { clock, ...issuer } = trust

  return {
    receive(action, fields) {
      if (action !== reply) return { is: 'refused', reason: 'not-here', detail: `posted to ${action}` }
      const message = readMessage(fields)
      if (message.is !== 'sign-in-response') {
        return { is: 'refused', reason: 'not-a-response', detail: valuesOf(fields, 'wa').join() || 'no wa' }
      }
      const read = verifyToken(message.result, { ...issuer, audience: realm, version: tokenVersion, now: clock.now() })
      if (read.is === 'refused') return read
      const session = randomUUID()
      sessions.set(session, { assertion: read.assertion, until: read.assertion.notOnOrAfter ?? 0 })
      return { is: 'session', session, context: message.context }
    },
    whoami(session) {
      const known = sessions.get(session)
      return known !== undefined && clock.now() < known.until ? known.assertion : undefined
    },
  }
}
