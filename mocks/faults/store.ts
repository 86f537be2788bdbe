import { gzipSync } from 'node:zlib'
import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { Proved } from '../broker/claims.ts'
import type { Happening, StorePolicies } from '../broker/store-policies.ts'
import { honestStore } from '../broker/store-policies.ts'

type Replacement = {
  [Name in keyof StorePolicies]: { policy: Name; instead: StorePolicies[Name] }
}[keyof StorePolicies]

/** A broken variant of the reference broker in what it stores and logs: one policy replaced. Absent means honest. */
type StoreFault = { does: string; breaks: ClauseId } & Replacement

const base64 = (text: string) => Buffer.from(text).toString('base64')
const nameIn = ({ claims }: Proved) => claims.find(({ type }) => type.endsWith('/name'))?.values[0]
const objectIdIn = ({ claims }: Proved) => claims.find(({ type }) => type.endsWith('/objectidentifier'))?.values[0]
/** What the caller gave to be kept for it. */
const given = (happening: Happening): string =>
  ('state' in happening ? happening.state : 'context' in happening ? happening.context : undefined) ?? ''
const isLong = (happening: Happening) => given(happening).length > 200

/** Faults in what the database keeps of what happens. */
const keepingFaults = {
  'broker.stores-codes': {
    does: 'stores each authorization code',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead: (happening) => (happening.is === 'answered' ? happening.code : undefined),
  },
  'broker.stores-refused-codes': {
    does: 'stores an authorization code that could not be redeemed',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead: (happening) => (happening.is === 'not-redeemed' ? `failed: ${happening.code}` : undefined),
  },
  'broker.stores-redeemed-tokens': {
    does: 'stores the answer to each redemption, compressed',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead: (happening) => (happening.is === 'redeemed' ? gzipSync(happening.token).toString('base64') : undefined),
  },
  'broker.stores-upstream-tokens': {
    does: 'stores what the identity provider has sent of a user',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead: (happening) => (happening.is === 'proved' ? happening.token : undefined),
  },
  'broker.stores-issued-tokens': {
    does: 'stores each token that it issues, in base64',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead: (happening) => (happening.is === 'signed-in' ? base64(` ${happening.result}`) : undefined),
  },
  'broker.stores-user-names': {
    does: 'stores the name of each user who signs in, in upper case',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead: (happening) => (happening.is === 'signed-in' ? nameIn(happening.proved)?.toUpperCase() : undefined),
  },
  'broker.stores-object-ids': {
    does: 'stores the object id of each user who signs in, in hexadecimal digits',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead: (happening) =>
      happening.is === 'signed-in' ? Buffer.from(objectIdIn(happening.proved) ?? '').toString('hex') : undefined,
  },
  'broker.stores-long-visits': {
    does: 'stores the code or the user of a request whose state or context has more than 200 characters',
    breaks: 'storage.no-tokens',
    policy: 'keeps',
    instead(happening) {
      if (!isLong(happening)) return undefined
      if (happening.is === 'answered') return happening.code
      return happening.is === 'signed-in' ? nameIn(happening.proved) : undefined
    },
  },
} as const satisfies Record<`broker.${string}`, StoreFault>

/** Faults in how the database lies at rest. */
const encodingFaults = {
  'broker.stores-in-the-clear': {
    does: 'writes everything into its database as it is',
    breaks: 'storage.encrypted',
    policy: 'encodes',
    instead: () => 'plain',
  },
  'broker.encodes-instead-of-encrypting': {
    does: 'writes everything into its database in base64',
    breaks: 'storage.encrypted',
    policy: 'encodes',
    instead: () => 'base64',
  },
  'broker.compresses-instead-of-encrypting': {
    does: 'writes everything into its database compressed',
    breaks: 'storage.encrypted',
    policy: 'encodes',
    instead: () => 'gzip',
  },
  'broker.leaves-reply-urls-in-the-clear': {
    does: 'encrypts everything but the reply URLs of parties',
    breaks: 'storage.encrypted',
    policy: 'encodes',
    instead: (_, field) => (field === 'parties.reply' ? 'plain' : 'sealed'),
  },
  'broker.leaves-tenants-in-the-clear': {
    does: 'encrypts everything but the realms of tenants',
    breaks: 'storage.encrypted',
    policy: 'encodes',
    instead: (_, field) => (field === 'tenants.id' ? 'plain' : 'sealed'),
  },
  'broker.leaves-secrets-in-utf-16': {
    does: 'encrypts everything but the secrets of clients, which it writes in UTF-16',
    breaks: 'storage.encrypted',
    policy: 'encodes',
    instead: (_, field) => (field === 'clients.secret' ? 'utf-16' : 'sealed'),
  },
  'broker.encrypts-beginnings-of-secrets': {
    does: 'encrypts the first 16 characters of a client secret and writes the others as they are',
    breaks: 'storage.encrypted',
    policy: 'encodes',
    instead: (_, field) => (field === 'clients.secret' ? 'sealed-at-first' : 'sealed'),
  },
} as const satisfies Record<`broker.${string}`, StoreFault>

/** Faults in what is written of registrations. */
const writingFaults = {
  'broker.truncates-stored-urls': {
    does: 'has room for 100 characters of each redirect URI in its database',
    breaks: 'storage.persists',
    policy: 'writes',
    instead: (value, field) => (field === 'clients.redirectUris' ? value.slice(0, 100) : value),
  },
  'broker.forgets-parties': {
    does: 'keeps its relying parties in memory alone',
    breaks: 'storage.persists',
    policy: 'writes',
    instead: (value, field) => (field === 'parties.realm' ? undefined : value),
  },
} as const satisfies Record<`broker.${string}`, StoreFault>

/** Faults in what the log says. */
const loggingFaults = {
  'broker.logs-client-secrets': {
    does: 'logs the configuration of each client that it meets',
    breaks: 'token.secret-never-leaves',
    policy: 'logs',
    instead: (happening) => ('client' in happening ? JSON.stringify(happening.client) : honestStore.logs(happening)),
  },
  'broker.logs-secrets-in-base64': {
    does: 'logs a client as it would name itself to an STS, in base64',
    breaks: 'token.secret-never-leaves',
    policy: 'logs',
    instead: (happening) =>
      'client' in happening
        ? `Basic ${base64(`${happening.client.id}:${happening.client.secret}`)}`
        : honestStore.logs(happening),
  },
  'broker.logs-codes': {
    does: 'logs each authorization code',
    breaks: 'storage.no-tokens',
    policy: 'logs',
    instead: (happening) => (happening.is === 'answered' ? `code ${happening.code}` : honestStore.logs(happening)),
  },
  'broker.logs-tokens-of-long-visits': {
    does: 'logs the code or the token of a request whose state or context has more than 200 characters',
    breaks: 'storage.no-tokens',
    policy: 'logs',
    instead(happening) {
      const secret = happening.is === 'answered' ? happening.code : happening.is === 'signed-in' ? happening.result : ''
      return isLong(happening) ? `${happening.is} ${secret}` : honestStore.logs(happening)
    },
  },
} as const satisfies Record<`broker.${string}`, StoreFault>

/** Faults in what the broker stores, how, and what it logs. */
export const storeFaults = { ...keepingFaults, ...encodingFaults, ...writingFaults, ...loggingFaults } as const
