import type { Clock } from '../../protocols/clock.ts'
import type { Age, Pending } from './policies.ts'

/** The pending requests of a broker: what the sources keep in the secured cache. Its nodes may share one. */
export type PendingRequests<Kept = Pending> = {
  /** Keeps a request that was begun at a node. `others` are the states of what else that browser has begun. */
  begin(state: string, pending: Kept, node: number, others: readonly string[]): void
  /** The request of a state, as far as it is known at a node. */
  find(state: string | undefined, node: number): Kept | undefined
  /** The request that was begun last, wherever. */
  newest(): Kept | undefined
  /** Spends a request at one node, or everywhere. */
  spend(state: string | undefined, node?: number): void
}

type Entry<Kept> = { pending: Kept; node: number; begun: number; touched: number; spentAt: Set<number> }

/** How long an entry lives and where it is known. */
type Deciding<Kept> = {
  stillPending(age: Age): boolean
  knownAt(node: number, begunAt: number, pending: Kept): boolean
}

const limit = 10_000

/** Makes an empty cache. How long an entry lives and where it is known is decided by the policies; the oldest go first. */
export const pendingRequests = <Kept = Pending>(
  clock: Clock,
  { stillPending, knownAt }: Deciding<Kept>,
): PendingRequests<Kept> => {
  const entries = new Map<string, Entry<Kept>>()

  return {
    begin(state, pending, node, others) {
      const now = clock.now()
      for (const other of others) {
        const own = entries.get(other)
        if (own) own.touched = now
      }
      entries.set(state, { pending, node, begun: now, touched: now, spentAt: new Set() })
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    },
    find(state, node) {
      const entry = entries.get(state ?? '')
      if (entry === undefined || entry.spentAt.has(node) || !knownAt(node, entry.node, entry.pending)) return undefined
      return stillPending({ ...entry, now: clock.now() }) ? entry.pending : undefined
    },
    newest: () => [...entries.values()].at(-1)?.pending,
    spend(state, node) {
      if (node === undefined) entries.delete(state ?? '')
      else entries.get(state ?? '')?.spentAt.add(node)
    },
  }
}
