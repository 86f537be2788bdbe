import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { CachePolicies } from '../token-cache/policies.ts'

type Replacement = {
  [Name in keyof CachePolicies]: { policy: Name; instead: CachePolicies[Name] }
}[keyof CachePolicies]

/** A broken variant of the reference token cache: one policy replaced. Absent means honest. */
export type CacheFault = { does: string; breaks: ClauseId } & Replacement

/** Faults by their permanent ids. */
export type CacheFaults = Record<`cache.${string}`, CacheFault>
