import type { FaultId } from './catalogue.ts'

/**
 * Faults that no check claims yet: their clause is not judged, not in this way, or they break the control of the check that should. One that is claimed must leave the list; the
 * kill matrix proves all others.
 */
export const awaiting: ReadonlySet<FaultId> = new Set<FaultId>(['broker.asks-for-passwords'])
