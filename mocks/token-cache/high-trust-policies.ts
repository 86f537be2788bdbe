import type { webcrypto } from 'node:crypto'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import { writeDocument } from '../../protocols/high-trust/metadata-document.ts'
import type { TokenRequest } from './policies.ts'

/** A farm of SharePoint on-premises, and one of its users, as the cache is told of them. */
export type FarmResource = NonNullable<CacheProvision['onPremises']>[number]
export type FarmUser = FarmResource['users'][number]

/** A call at a farm for a user. `now` is in ms, and so is `begun`, since when the cache runs. */
export type FarmCall = { farm: FarmResource; user: FarmUser; now: number; begun: number }

/** Whom a call is made for: a user of the farm, or the app alone. */
export type Caller = FarmUser | 'app'

/** What key is wanted: its length in bits, the digest of its certificate's signature, and who signs that. */
export type WantedKey = { bits: number; digest: 'SHA-256' | 'SHA-512'; signedBy: 'itself' | 'another' }

/** A key with its certificate: base64 of DER, and its SHA-1 in base64url. */
export type HighTrustKey = { pair: webcrypto.CryptoKeyPair; certificate: string; thumbprint: string }

/** The keys of an installation: its own, the same with another certificate, and another one, made when it is first asked for. */
export type HighTrustKeys = { own: HighTrustKey; ownAnew(): Promise<HighTrustKey>; other(): Promise<HighTrustKey> }

/** What a token says, by the name of the claim. */
export type Claims = Readonly<Record<string, unknown>>

/** A token that a call was made with. */
export type SentToken = { token: string; farm: FarmResource; user: FarmUser; at: number }

/**
 * Every decision of the reference token cache about high trust, each pure and separate, but for the keys that some of them choose. A
 * fault replaces exactly one of them; so does a lawful variant.
 *
 * @see OAUTH: On-premises vs. Online
 */
export type HighTrustPolicies = {
  /** The key of an installation. */
  keyOf(make: (wanted: WantedKey) => Promise<HighTrustKey>): Promise<HighTrustKey>
  /** The key of an installation that was started again so many times. */
  keyAfter(restarts: number, keys: HighTrustKeys): Promise<HighTrustKey>
  /** The keys that the metadata document tells of. */
  publishes(keys: HighTrustKeys): Promise<readonly HighTrustKey[]>
  /** The metadata document; `undefined`: there is none. */
  writes(about: { name: string; issuer: string; location: string }, keys: readonly HighTrustKey[]): string | undefined
  /** The key that signs for a call. */
  signsWith(keys: HighTrustKeys, call: FarmCall): Promise<HighTrustKey>
  /** What the cache presents to whoever calls it by TLS, out of the certificate that is for that. */
  presents(web: HighTrustKey, keys: HighTrustKeys): Promise<HighTrustKey>
  /** Whom a call is made for that is asked for by a name; `undefined`: for nobody, and there is none. */
  whoIs(name: string, farm: FarmResource): Caller | undefined
  /** What is asked of others before a call. */
  asksFirst(call: FarmCall, provision: CacheProvision): readonly TokenRequest[]
  /** For whom tokens are. */
  audienceOf(call: FarmCall, provision: CacheProvision): string
  /** Who signs, and as which app. */
  actsAs(call: FarmCall, provision: CacheProvision): { issuer: string; app: string }
  /** From when on, and until when tokens serve. */
  timesOf(call: FarmCall): Claims
  /** What tokens say of the user; `undefined`: the app calls alone. */
  identityOf(call: FarmCall): Claims | undefined
  /** What the actor token says of delegation. */
  delegation(call: FarmCall): Claims
  /** A token that was sent before, and is sent again. */
  reuses(sent: readonly SentToken[], call: FarmCall): string | undefined
  /** Under which name a token is shared by calls that are made until the first of them is answered; `undefined`: with none. */
  sharesSigning(call: FarmCall): string | undefined
}

const hours = 3600

/** The policies of an honest cache: every call is signed by itself, with times as strings, as SharePoint's documents have them. */
export const honestHighTrust: HighTrustPolicies = {
  keyOf: (make) => make({ bits: 2048, digest: 'SHA-512', signedBy: 'itself' }),
  keyAfter: (_, { own }) => Promise.resolve(own),
  publishes: ({ own }) => Promise.resolve([own]),
  writes: writeDocument,
  signsWith: ({ own }) => Promise.resolve(own),
  presents: (web) => Promise.resolve(web),
  whoIs: (name, { users }) => users.find((user) => user.name === name),
  asksFirst: () => [],
  audienceOf: ({ farm }) => farm.audience,
  actsAs: ({ farm: { issuerId, clientId, realm } }) => ({ issuer: `${issuerId}@${realm}`, app: `${clientId}@${realm}` }), // prettier-ignore
  timesOf: ({ now }) => timesFrom(now, 12 * hours),
  identityOf: ({ farm, user }) => ({ nameid: user.sid.toLowerCase(), nii: farm.providers.windows, upn: user.name }),
  delegation: () => ({ trustedfordelegation: 'true' }),
  reuses: () => undefined,
  sharesSigning: () => undefined,
}

/** The times of a token that serves from an instant in ms on for so many seconds, as strings. */
export const timesFrom = (from: number, seconds: number): Claims => {
  const begins = Math.floor(from / 1000)
  return { nbf: String(begins), exp: String(begins + seconds) }
}
