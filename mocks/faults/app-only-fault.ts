import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { AppOnlyPolicies } from '../broker/app-only-policies.ts'

type Replacement = {
  [Name in keyof AppOnlyPolicies]: { policy: Name; instead: AppOnlyPolicies[Name] }
}[keyof AppOnlyPolicies]

/** Broken variants of the reference broker where it is asked for app-only tokens, each one policy replaced, by their permanent ids. */
export type AppOnlyFaults = Record<`broker.${string}`, { does: string; breaks: ClauseId } & Replacement>
