import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { PartyPolicies } from '../relying-party/policies.ts'

type Replacement = {
  [Name in keyof PartyPolicies]: { policy: Name; instead: PartyPolicies[Name] }
}[keyof PartyPolicies]

/** A broken variant of the reference relying party: one policy replaced. Absent means honest. */
export type PartyFault = { does: string; breaks: ClauseId } & Replacement

/** Faults by their permanent ids. */
export type PartyFaults = Record<`party.${string}`, PartyFault>
