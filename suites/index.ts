import type { Check, Invariant } from '../harness/judge/check.ts'
import { exactMatch, nearMiss } from './broker/authorize/near-miss.ts'
import { otherClient } from './broker/authorize/redirect-binding.ts'
import { knownAttacks, stranger } from './broker/authorize/unregistered-redirect.ts'
import { secretsInUrls } from './invariants/secrets-in-urls.ts'

/** Every check, in the order of the rulebook. */
export const checks: readonly Check[] = [stranger, knownAttacks, nearMiss, exactMatch, otherClient]

/** Every invariant. */
export const invariants: readonly Invariant[] = [secretsInUrls]
