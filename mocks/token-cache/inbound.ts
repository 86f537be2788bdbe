import type { JWK } from 'jose'
import { createPublicKey, verify } from 'node:crypto'
import { readJwt } from '../idp/forge-token.ts'
import type { Inbound } from './policies.ts'
import type { Works } from './acquire.ts'

/**
 * Verifies the bearer token of a caller, and says who that is: signed by a key of the directories, current, for the cache, and
 * issued in a tenant that it knows. It is kept nowhere.
 *
 * @see OAUTH: Inbound OAuth
 */
export const callerOf = (token: string, works: Works): string | undefined => {
  const { policies, provision, clock, store } = works
  const read = readJwt(token)
  if (read === undefined || !policies.trustsSignature(read, isSigned(token, read, provision.inbound.jwks.keys)))
    return undefined
  if (!policies.isCurrent(read, clock.now()) || !policies.isMeantForUs(read, provision)) return undefined
  const realm = policies.realmOf(read, provision)
  const name = read.claims['unique_name'] ?? read.claims['upn'] ?? read.claims['preferred_username']
  if (realm === undefined || typeof name !== 'string') return undefined
  const kept = policies.keepsInbound(read, realm, provision.resources)
  const { exp } = read.claims
  if (kept !== undefined) {
    const entry = {
      access: token,
      refresh: undefined,
      trustedAt: clock.now(),
      receivedAt: clock.now(),
      expiresAt: Number(exp) * 1000,
    }
    store.put(policies.keyOf(kept), entry)
  }
  return name
}

const isSigned = (token: string, { header }: Inbound, keys: readonly JWK[]): boolean => {
  const jwk = keys.find(({ kid, x5t }) => (header['kid'] === undefined ? x5t === header['x5t'] : kid === header['kid']))
  if (jwk === undefined || header['alg'] !== 'RS256') return false
  const { kty, n, e } = jwk
  const [head = '', claims = '', signature = ''] = token.split('.')
  const key = createPublicKey({ key: { kty, n, e } as JWK, format: 'jwk' })
  return verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))
}
