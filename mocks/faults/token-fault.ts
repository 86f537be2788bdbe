import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { TokenPolicies } from '../broker/token-policies.ts'

type Replacement = {
  [Name in keyof TokenPolicies]: { policy: Name; instead: TokenPolicies[Name] }
}[keyof TokenPolicies]

/** A broken variant of the reference broker at its token endpoint: one policy replaced. Absent means honest. */
export type TokenFault = { does: string; breaks: ClauseId } & Replacement

/** Faults by their permanent ids. */
export type TokenFaults = Record<`broker.${string}`, TokenFault>
