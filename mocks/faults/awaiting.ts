import type { FaultId } from './catalogue.ts'

/**
 * Faults that no check claims yet: their clause is not judged, not in this way, or they break the control of the check that should. One that is claimed must leave the list; the
 * kill matrix proves all others.
 */
export const awaiting: ReadonlySet<FaultId> = new Set<FaultId>([
  'broker.ignores-case-of-realm',
  'broker.ignores-slash-of-realm',
  'broker.ignores-case-of-reply',
  'broker.asks-for-passwords',
  'broker.ends-first-session-only',
  'broker.leads-by-prefix-after-sign-out',
  'broker.leads-by-origin-after-sign-out',
  'broker.cleans-up-upstream',
])
