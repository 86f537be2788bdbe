import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { SignInPolicies } from '../broker/sign-in-policies.ts'

type Replacement = {
  [Name in keyof SignInPolicies]: { policy: Name; instead: SignInPolicies[Name] }
}[keyof SignInPolicies]

/** A broken variant of the reference broker on its WS-Federation side: one policy replaced. Absent means honest. */
export type SignInFault = { does: string; breaks: ClauseId } & Replacement

/** Faults by their permanent ids. */
export type SignInFaults = Record<`broker.${string}`, SignInFault>
