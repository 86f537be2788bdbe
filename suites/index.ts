import type { Check, Invariant } from '../harness/judge/check.ts'
import { anyForm, otherNames } from './broker/authorize/any-form.ts'
import {
  expiredCallback,
  otherBrowser,
  replayedAtNode,
  replayedCallback,
  unknownCallback,
} from './broker/authorize/callback.ts'
import { clientFirst, nearClient, signInOnly, unknownClient } from './broker/authorize/client.ts'
import { exactMatch, nearMiss } from './broker/authorize/near-miss.ts'
import { anyNode } from './broker/authorize/nodes.ts'
import { codeOnly, onlyVersion2, relaysRefusal } from './broker/authorize/protocol.ts'
import { otherClient, otherRealm } from './broker/authorize/redirect-binding.ts'
import { codeOfUpstream, codeRedeems, interleaved, stateUnchanged } from './broker/authorize/state.ts'
import { knownAttacks, stranger } from './broker/authorize/unregistered-redirect.ts'
import { manyUris, noInjection, startsCodeFlow } from './broker/authorize/upstream.ts'
import { secretsInUrls } from './invariants/secrets-in-urls.ts'

/** The documented authorize flow, in the order of the rulebook. */
const authorize: readonly Check[] = [
  startsCodeFlow,
  noInjection,
  stateUnchanged,
  codeOfUpstream,
  codeRedeems,
  interleaved,
  manyUris,
  unknownClient,
  nearClient,
  stranger,
  knownAttacks,
  nearMiss,
  exactMatch,
  anyForm,
  otherNames,
  clientFirst,
  signInOnly,
  otherClient,
  otherRealm,
  codeOnly,
  onlyVersion2,
  relaysRefusal,
  unknownCallback,
  replayedCallback,
  replayedAtNode,
  otherBrowser,
  expiredCallback,
  anyNode,
]

/** Every check, in the order of the rulebook. */
export const checks: readonly Check[] = authorize

/** Every invariant. */
export const invariants: readonly Invariant[] = [secretsInUrls]
