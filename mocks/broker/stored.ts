import type { Provision } from '../../fixtures/world/provision.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { BrokerParts } from './broker.ts'
import { makeNodes } from './broker.ts'
import type { Tenancy } from './registration-policies.ts'
import type { Signing } from './signing.ts'
import { honestStore } from './store-policies.ts'
import type { Store, StorePlace } from './store.ts'
import { openStore } from './store.ts'

/** A broker whose inside can be looked at, and which can be restarted. */
export type StoredBroker = {
  nodes: readonly Wire[]
  storage(): string
  storageRaw(): Uint8Array
  logs(): string
  restart(): Promise<void>
}

/**
 * The reference broker over its database. A restart loses what was in memory, pending requests and sessions, and knows again what the
 * database holds; its signing keys are kept elsewhere.
 */
export const makeStoredBroker = (
  provision: Provision,
  parts: BrokerParts & { signing: Signing },
  count: number,
  place?: StorePlace,
): StoredBroker => {
  const store: Store = openStore(provision, parts.store ?? honestStore, place)
  const begin = (known: Provision & { tenancies?: readonly Tenancy[] }) => {
    const { tenancies = [] } = known
    return makeNodes(known, { ...parts, tells: store.note, registers: store.register, tenancies }, count)
  }
  const life = { nodes: begin(place ? store.registrations() : provision) }
  return {
    nodes: Array.from({ length: count }, (_, node): Wire => (request, signal) => {
      const wire = life.nodes[node]
      if (wire === undefined) throw new TypeError(`there is no node ${node}`)
      return wire(request, signal)
    }),
    storage: store.dump,
    storageRaw: store.atRest,
    logs: store.log,
    async restart() {
      life.nodes = begin(store.registrations())
    },
  }
}
