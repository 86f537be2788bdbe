import type { Check, Invariant } from '../harness/judge/check.ts'
import { expiredCallback, otherBrowser, replayedCallback, unknownCallback } from './broker/authorize/callback.ts'
import { clientFirst, nearClient, signInOnly, unknownClient } from './broker/authorize/client.ts'
import { exactMatch, nearMiss } from './broker/authorize/near-miss.ts'
import { codeOnly, onlyVersion2, relaysRefusal } from './broker/authorize/protocol.ts'
import { otherClient, otherRealm } from './broker/authorize/redirect-binding.ts'
import { codeOfUpstream, interleaved, stateUnchanged } from './broker/authorize/state.ts'
import { knownAttacks, stranger } from './broker/authorize/unregistered-redirect.ts'
import { manyUris, startsCodeFlow } from './broker/authorize/upstream.ts'
import { secretsInUrls } from './invariants/secrets-in-urls.ts'

/** The documented authorize flow, in the order of the rulebook. */
const authorize: readonly Check[] = [
  startsCodeFlow,
  stateUnchanged,
  codeOfUpstream,
  interleaved,
  manyUris,
  unknownClient,
  nearClient,
  stranger,
  knownAttacks,
  nearMiss,
  exactMatch,
  clientFirst,
  signInOnly,
  otherClient,
  otherRealm,
  codeOnly,
  onlyVersion2,
  relaysRefusal,
  unknownCallback,
  replayedCallback,
  otherBrowser,
  expiredCallback,
]

/** Every check, in the order of the rulebook. */
export const checks: readonly Check[] = authorize

/** Every invariant. */
export const invariants: readonly Invariant[] = [secretsInUrls]
