import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { FarmCall, HighTrustPolicies } from '../token-cache/high-trust-policies.ts'

type Replacement = {
  [Name in keyof HighTrustPolicies]: { policy: Name; instead: HighTrustPolicies[Name] }
}[keyof HighTrustPolicies]

/** A broken variant of the high trust of the reference token cache, one policy replaced, by its permanent id. */
export type HighTrustFaults = Record<`high-trust.${string}`, { does: string; breaks: ClauseId } & Replacement>

/** Whether a user is another than the first two of the farm. */
export const isFurtherUser = ({ farm, user }: FarmCall): boolean => farm.users.indexOf(user) > 1
