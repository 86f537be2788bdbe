import type { Proved } from './claims.ts'
import type { CodecName } from './codecs.ts'
import type { BrokerClient } from './policies.ts'
import type { BrokerParty } from './sign-in-terms.ts'

/** What happens at a broker, with everything that it gets to know by it. */
export type Happening =
  | { is: 'asked'; client: BrokerClient; state: string | undefined }
  | { is: 'answered'; client: BrokerClient; code: string | undefined; state: string | undefined }
  | { is: 'redeemed'; client: BrokerClient; code: string; token: string }
  | { is: 'not-redeemed'; client: BrokerClient; code: string }
  | { is: 'proved'; party: BrokerParty; token: string; context: string | undefined }
  | { is: 'signed-in'; party: BrokerParty; proved: Proved; result: string; context: string | undefined }

/** A field of a registration, without numbers: `clients.redirectUris`. */
export type Field = string

/** What the reference broker stores, how it lies at rest, and what it logs; each decision pure and separate. */
export type StorePolicies = {
  /** What the database keeps of something that happened. */
  keeps(happening: Happening): string | undefined
  /** What is written of a value of a registration; nothing leaves the whole registration out. */
  writes(value: string, field: Field): string | undefined
  /** How a value lies at rest. */
  encodes(value: string, field: Field): CodecName
  /** What the log says of something that happened. */
  logs(happening: Happening): string | undefined
}

/** An honest store: registrations, encrypted, and nothing of users and tokens anywhere. */
export const honestStore: StorePolicies = {
  keeps: () => undefined,
  writes: (value) => value,
  encodes: () => 'sealed',
  logs: (happening) =>
    'client' in happening
      ? `${happening.is} client ${happening.client.id}`
      : `${happening.is} party ${happening.party.realm}`,
}
