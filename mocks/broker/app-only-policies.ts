import type { JWK } from 'jose'
import { compactVerify, errors, importJWK } from 'jose'
import { sharePointId, sharePointResourceOf } from '../../protocols/acs/names.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { BrokerClient } from './policies.ts'
import type { BrokerTenant } from './sign-in-terms.ts'
import { skew } from './sign-in-terms.ts'
import { grantFor } from './grant.ts'

/** What a token says, before or after it is believed. */
type Claims = Readonly<Record<string, unknown>>

/** A user's token as it came: its text, and what can be read in it before anything is believed. */
export type UserToken = { raw: string; header: Claims; claims: Claims }

/** Who issues tokens to users. Its name in a token is a pattern, with the realm in the place of `{realm}`. */
export type TokenIssuer = { pattern: string; jwks: { keys: readonly JWK[] } }

/** What the realm of a token may be told from, beside its claims. */
export type RealmSources = { ofIssuer: string; ofRequest: string | undefined; tenants: readonly BrokerTenant[] }

/** Whether a request was refused, and what the broker calls itself at a token endpoint. */
export type BesideAppOnly = { refused: boolean; raw: string; application: Pick<BrokerClient, 'id' | 'secret'> }

/** What the token endpoint granted: the body of its answer. */
export type Granted = Readonly<Record<string, unknown>>

/**
 * Every decision on a request for an app-only token, each pure and separate. A fault replaces exactly one of them; so does a
 * lawful variant.
 *
 * @see TRUST: AppOnly (currently only supported with SharePoint Online)
 */
export type AppOnlyPolicies = {
  /** The name under which a request shares the answer that is worked out for another; `undefined`: it shares none. */
  sharesAnswer(client: BrokerClient): string | undefined
  /** Whether a request that brings this text, or nothing, is served without judging it; `before` says which came before, and whether they were good. */
  waives(raw: string, before: ReadonlyMap<string, boolean>): boolean
  /** Whether the token is judged before the client's secret is used. */
  validatesFirst(raw: string): boolean
  /** Who goes by this name, and the realm that the name tells. */
  findIssuer(named: string, issuers: readonly TokenIssuer[]): { issuer: TokenIssuer; realm: string } | undefined
  /** The keys that a token of this header may be signed with; `get` fetches a document. */
  keysFor(header: Claims, published: readonly JWK[], get: (url: string) => Promise<string>): Promise<readonly JWK[]>
  /** Whether one of these keys signed the token. */
  verifies(token: UserToken, keys: readonly JWK[]): Promise<boolean>
  /** Whether a token holds now; `now` is in ms. */
  isCurrent(claims: Claims, now: number): boolean
  /** The realm that a token belongs to; `undefined`: it contradicts itself. */
  realmOf(claims: Claims, sources: RealmSources): string | undefined
  /** Whether a realm is that of a client. */
  isOfRealm(realm: string, client: BrokerClient): boolean
  /** Whether it is an access token, and that of a user. */
  isUsers(claims: Claims): boolean
  /** Whether a token is for what the client may use. */
  acceptsAudience(audience: unknown, client: BrokerClient): boolean
  /** Whether app-only tokens are asked for this resource; `undefined`: the request names none. */
  servesResource(asked: string | undefined, client: BrokerClient): boolean
  /** What is asked at the client's token endpoint, for a resource that is served. */
  grant(client: BrokerClient, resource: string, clients: readonly BrokerClient[]): Pairs
  /** What the token endpoint is asked beside, once the caller has been answered; nobody waits for it. */
  asksBeside(client: BrokerClient, resource: string, beside: BesideAppOnly): readonly Pairs[]
  /** What of a grant is handed out to the bearer of a token. */
  handsOut(granted: Granted, token: UserToken | undefined): Granted
}

/** The policies of an honest broker. */
export const honestAppOnly: AppOnlyPolicies = {
  sharesAnswer: () => undefined,
  waives: () => false,
  validatesFirst: () => true,
  findIssuer(named, issuers) {
    for (const issuer of issuers) {
      const [before = '', after = ''] = issuer.pattern.split('{realm}')
      const realm = named.slice(before.length, named.length - after.length)
      if (issuer.pattern.replace('{realm}', () => realm) === named) return { issuer, realm }
    }
    return undefined
  },
  keysFor: async (header, published) =>
    published.filter((key) => (header['kid'] === undefined ? key.x5t === header['x5t'] : key.kid === header['kid'])),
  async verifies({ raw }, keys) {
    for (const key of keys) if (await isSignedBy(raw, key)) return true
    return false
  },
  isCurrent: ({ nbf, exp }, now) =>
    typeof nbf === 'number' && typeof exp === 'number' && nbf - skew <= now / 1000 && now / 1000 < exp + skew,
  realmOf: ({ tid }, { ofIssuer }) => (tid === undefined || tid === ofIssuer ? ofIssuer : undefined),
  isOfRealm: (realm, { tenant }) => realm === tenant,
  isUsers: ({ scp, actor, idtyp }) => idtyp !== 'app' && (typeof scp === 'string' || typeof actor === 'string'),
  acceptsAudience: (audience, client) => [audience].flat().some((one) => audiencesOf(client).includes(String(one))),
  servesResource: (asked, { resource, tokenService }) =>
    tokenService === 'acs' && (asked === undefined || asked === resource),
  grant: (client, resource) => grantFor(client, [['grant_type', 'client_credentials']], resource),
  asksBeside: () => [],
  handsOut: (granted) => granted,
}

/** SharePoint as a token may name it, or the API of the client. */
const audiencesOf = ({ resource, tenant }: BrokerClient): string[] => [
  resource,
  sharePointId,
  sharePointResourceOf(resource, tenant),
]

const isSignedBy = async (raw: string, key: JWK): Promise<boolean> => {
  try {
    await compactVerify(raw, await importJWK(key, 'RS256'), { algorithms: ['RS256'] })
    return true
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError) return false
    throw thrown
  }
}
