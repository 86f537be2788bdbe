import type { HighTrustKey, HighTrustPolicies } from '../token-cache/high-trust-policies.ts'
import { honestHighTrust } from '../token-cache/high-trust-policies.ts'
import type { HighTrustFaults } from './high-trust-fault.ts'
import { isFurtherUser } from './high-trust-fault.ts'

const certificate = 'high-trust.certificate'
const published = 'high-trust.public-key'
const notTls = 'high-trust.not-tls'

/** What is shipped with a product is the same in all of its installations, so that this one outlives them. */
const shipped: { key?: Promise<HighTrustKey> } = {}

/** A line around what would be a private key. */
const line = (word: string) => `-----${word} PRIVATE KEY-----`

const shipsOneKey: HighTrustPolicies['keyOf'] = (make) => (shipped.key ??= honestHighTrust.keyOf(make))

/** Faults in the key of an installation, in what is told of it, and in what it is used for. */
export const highTrustKeyFaults = {
  'high-trust.makes-keys-of-3072-bits': {
    does: 'makes a key of 3072 bits',
    breaks: certificate,
    policy: 'keyOf',
    instead: (make) => make({ bits: 3072, digest: 'SHA-512', signedBy: 'itself' }),
  },
  'high-trust.certifies-by-sha256': {
    does: 'signs the certificate of its key with SHA-256',
    breaks: certificate,
    policy: 'keyOf',
    instead: (make) => make({ bits: 2048, digest: 'SHA-256', signedBy: 'itself' }),
  },
  'high-trust.has-key-certified': {
    does: 'has the certificate of its key signed by somebody else',
    breaks: certificate,
    policy: 'keyOf',
    instead: (make) => make({ bits: 2048, digest: 'SHA-512', signedBy: 'another' }),
  },
  'high-trust.ships-one-key': {
    does: 'has the same key in every installation',
    breaks: 'high-trust.unique',
    policy: 'keyOf',
    instead: shipsOneKey,
  },

  'high-trust.makes-key-at-each-start': {
    does: 'makes another key when it is started again',
    breaks: published,
    policy: 'keyAfter',
    instead: async (restarts, { own, other }) => (restarts > 0 ? other() : own),
  },
  'high-trust.makes-key-at-third-start': {
    does: 'makes another key when it is started for the third time',
    breaks: published,
    policy: 'keyAfter',
    instead: async (restarts, { own, other }) => (restarts > 1 ? other() : own),
  },

  'high-trust.publishes-another-key': {
    does: 'publishes another key than the one that it signs with',
    breaks: published,
    policy: 'publishes',
    instead: async ({ other }) => [await other()],
  },
  'high-trust.publishes-no-key': {
    does: 'publishes a document without any key',
    breaks: published,
    policy: 'publishes',
    instead: async () => [],
  },
  'high-trust.publishes-nothing': {
    does: 'has no metadata document',
    breaks: published,
    policy: 'writes',
    instead: () => undefined,
  },
  'high-trust.publishes-private-key': {
    does: 'tells a PKCS #8 form of a key in its metadata document',
    breaks: published,
    policy: 'writes',
    instead: (about, keys) => {
      const document = JSON.parse(honestHighTrust.writes(about, keys) ?? '{}') as object
      return JSON.stringify({ ...document, backup: `${line('BEGIN')}\nMIIE\n${line('END')}` })
    },
  },

  'high-trust.signs-with-unpublished-key': {
    does: 'signs with a key that it does not publish',
    breaks: published,
    policy: 'signsWith',
    instead: ({ other }) => other(),
  },
  'high-trust.signs-with-unpublished-key-for-further-users': {
    does: 'signs with a key that it does not publish for all users of a farm but the first two',
    breaks: published,
    policy: 'signsWith',
    instead: (keys, call) => (isFurtherUser(call) ? keys.other() : honestHighTrust.signsWith(keys, call)),
  },

  'high-trust.secures-web-with-its-certificate': {
    does: 'presents the certificate of high trust to whoever calls it by TLS',
    breaks: notTls,
    policy: 'presents',
    instead: async (_, { own }) => own,
  },
  'high-trust.secures-web-with-its-key': {
    does: 'presents another certificate of the key of high trust to whoever calls it by TLS',
    breaks: notTls,
    policy: 'presents',
    instead: (_, { ownAnew }) => ownAnew(),
  },
} as const satisfies HighTrustFaults
