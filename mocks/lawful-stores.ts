import { honestStore } from './broker/store-policies.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const documented = ['k2trust'] as const

/** Lawful ways to store and to log, where the sources leave a gap. */
export const lawfulStores = {
  'looks-clients-up-by-plain-ids': {
    does: 'keeps the ids of clients as they are, which every user sees in a URL, and encrypts the rest',
    under: documented,
    store: { encodes: (_, field) => (field === 'clients.id' ? 'plain' : 'sealed') },
  },
  'counts-sign-ins': {
    does: 'keeps in its database that somebody signed in, and to which party',
    under: documented,
    store: {
      keeps: (happening) => (happening.is === 'signed-in' ? `1 sign-in to ${happening.party.realm}` : undefined),
    },
  },
  'logs-user-names': {
    does: 'logs who signed in, as an audit wants it',
    under: documented,
    store: {
      logs: (happening) =>
        happening.is === 'signed-in'
          ? `signed in: ${happening.proved.claims.flatMap(({ values }) => values).join(' ')}`
          : honestStore.logs(happening),
    },
  },
  'logs-nothing': {
    does: 'keeps no log at all',
    under: documented,
    store: { logs: () => undefined },
  },
} as const satisfies Record<string, LawfulVariant>
