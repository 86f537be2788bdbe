import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { CachePolicies, Entry, Given } from '../token-cache/policies.ts'
import { honestCache } from '../token-cache/policies.ts'

type Replacement = {
  [Name in keyof CachePolicies]: { policy: Name; instead: CachePolicies[Name] }
}[keyof CachePolicies]

/** A broken variant of the reference token cache: one policy replaced. Absent means honest. */
export type CacheFault = { does: string; breaks: ClauseId } & Replacement

/** Faults by their permanent ids. */
export type CacheFaults = Record<`cache.${string}`, CacheFault>

type Stores = CachePolicies['stores']
type Parts = { given: Given; at: Parameters<Stores>[2]; old: Entry | undefined }

/** Stores what the honest cache stores, but changed. */
export const storing =
  (changed: (entry: Entry, of: Parts) => Entry): Stores =>
  (given, whose, at, old) => {
    const entry = honestCache.stores(given, whose, at, old)
    return entry && changed(entry, { given, at, old })
  }
