import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../protocols/clock.ts'
import { valuesOf } from '../../protocols/form.ts'
import type { Reason } from '../../protocols/refusal.ts'
import type { Assertion, SamlVersion } from '../../protocols/saml/assertion.ts'
import { readMessage } from '../../protocols/ws-federation/read-message.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { PartyPolicies, Session } from './policies.ts'
import { honestParty } from './policies.ts'

/** What a party made of a response: a session by the assertion as it was signed, or why there is none. */
export type Received =
  | { is: 'session'; session: Session; assertion: Assertion; context: string | undefined }
  | { is: 'refused'; reason: Reason | 'not-here' | 'not-a-response' | 'foreign-realm' | 'replayed'; detail: string }

/**
 * What a party trusts: the keys and the issuer of one broker, and users of one realm alone where `tenant` names it. `skew` is in seconds; `sha1`
 * believes RSA-SHA1 too.
 */
export type PartyTrust = {
  keys: readonly KeyObject[]
  issuer: string
  clock: Clock
  skew: number
  sha1?: boolean
  tenant?: { claim: string; id: string }
}

/** Takes the fields of a form that was posted to a URL. */
export type Receiver = (action: string, fields: Pairs) => Received

/**
 * Makes what takes responses for a party. It takes them at its registered reply alone, and
 * verifies them as `policies` say: its realm is the one audience, and its token version, where one is registered, the one that counts.
 */
export const makeReceiver = (
  { realm, reply, tokenVersion }: { realm: string; reply: string; tokenVersion?: SamlVersion },
  trust: PartyTrust,
  policies: PartyPolicies = honestParty,
): Receiver => {
  const taken = new Set<string>()

  return (action, fields) => {
    if (action !== reply) return { is: 'refused', reason: 'not-here', detail: `posted to ${action}` }
    const message = readMessage(fields)
    if (message.is !== 'sign-in-response') {
      return { is: 'refused', reason: 'not-a-response', detail: valuesOf(fields, 'wa').join() || 'no wa' }
    }
    const { clock, keys: trusted, tenant, ...issuer } = trust
    const now = clock.now()
    const expected = { ...issuer, keys: policies.verifiesBy(trusted), audience: realm, now }
    const read = policies.believes(message.result, tokenVersion ? { ...expected, version: tokenVersion } : expected)
    if (read.is === 'refused') return read
    const { assertion } = read
    if (tenant && !policies.isOfRealm(assertion, tenant))
      return { is: 'refused', reason: 'foreign-realm', detail: 'not of this organisation' }
    if (!policies.isFresh(assertion, taken))
      return { is: 'refused', reason: 'replayed', detail: `${assertion.id} was used before` }
    taken.add(policies.remembers(assertion))
    const session = { ...policies.tells(assertion), until: policies.lasts(assertion, now) }
    return { is: 'session', session, assertion, context: message.context }
  }
}
