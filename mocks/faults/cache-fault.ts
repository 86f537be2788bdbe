import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { CachePolicies } from '../token-cache/policies.ts'

type Replacement = {
  [Name in keyof CachePolicies]: { policy: Name; instead: CachePolicies[Name] }
}[keyof CachePolicies]

/** Broken variants of the reference token cache, each one policy replaced, by their permanent ids. */
export type CacheFaults = Record<`cache.${string}`, { does: string; breaks: ClauseId } & Replacement>
