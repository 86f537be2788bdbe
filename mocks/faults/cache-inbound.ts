import type { Inbound, Resource, Whose } from '../token-cache/policies.ts'
import { honestCache } from '../token-cache/policies.ts'
import type { CacheFaults } from './cache-fault.ts'

const verified = 'cache.inbound-verified'
const kept = 'cache.inbound-not-cached'
const day = 86_400

const whoseAt = ({ claims }: Inbound, realm: string, resource: Resource | undefined): Whose | undefined =>
  resource && { user: String(claims['unique_name']), realm, resource, as: 'user' }
const ofRealm = (resources: readonly Resource[], realm: string) => resources.filter(({ tenant }) => tenant === realm)

/** Faults in how the bearer tokens of callers are verified, and in what becomes of them. */
export const cacheInboundFaults = {
  'cache.takes-callers-of-any-signature': {
    does: "does not look at the signature of a caller's token",
    breaks: verified,
    policy: 'trustsSignature',
    instead: () => true,
  },
  'cache.takes-unsigned-callers': {
    does: "takes a caller's token with the algorithm none",
    breaks: verified,
    policy: 'trustsSignature',
    instead: ({ header }, signed) => signed || header['alg'] === 'none',
  },
  'cache.takes-unsigned-callers-in-capitals': {
    does: "takes a caller's token with the algorithm none, spelt with capitals",
    breaks: verified,
    policy: 'trustsSignature',
    instead: ({ header: { alg } }, signed) => signed || (alg !== 'none' && String(alg).toLowerCase() === 'none'),
  },
  'cache.takes-expired-callers': {
    does: "takes a caller's token that has expired",
    breaks: verified,
    policy: 'isCurrent',
    instead: ({ header, claims }, now) => honestCache.isCurrent({ header, claims: { ...claims, exp: Infinity } }, now),
  },
  'cache.takes-callers-for-another-day': {
    does: "takes a caller's token for a day after it has expired",
    breaks: verified,
    policy: 'isCurrent',
    instead: ({ header, claims }, now) =>
      honestCache.isCurrent({ header, claims: { ...claims, exp: Number(claims['exp']) + day } }, now),
  },
  'cache.takes-early-callers': {
    does: "takes a caller's token that is not valid yet",
    breaks: verified,
    policy: 'isCurrent',
    instead: ({ header, claims }, now) => honestCache.isCurrent({ header, claims: { ...claims, nbf: 0 } }, now),
  },
  'cache.takes-callers-for-anybody': {
    does: "takes a caller's token whomever it is for",
    breaks: verified,
    policy: 'isMeantForUs',
    instead: () => true,
  },
  'cache.takes-audience-of-callers-by-prefix': {
    does: "takes a caller's token whose audience begins with its own",
    breaks: verified,
    policy: 'isMeantForUs',
    instead: ({ claims: { aud } }, { inbound }) => inbound.audience.some((one) => String(aud).startsWith(one)),
  },
  'cache.takes-callers-of-any-issuer': {
    does: "takes a caller's token of any issuer, and its realm from the token",
    breaks: verified,
    policy: 'realmOf',
    instead: ({ claims: { tid } }) => (typeof tid === 'string' ? tid : undefined),
  },
  'cache.takes-issuer-of-callers-by-prefix': {
    does: "takes a caller's token whose issuer begins with that of a tenant",
    breaks: verified,
    policy: 'realmOf',
    instead: ({ claims: { iss } }, { tenants }) => tenants.find(({ issuer }) => String(iss).startsWith(issuer))?.id,
  },

  'cache.keeps-callers-tokens': {
    does: "stores a caller's token as that of its user at the first of the tenant",
    breaks: kept,
    policy: 'keepsInbound',
    instead: (inbound, realm, resources) => whoseAt(inbound, realm, ofRealm(resources, realm)[0]),
  },
  'cache.keeps-callers-tokens-for-the-last-resource': {
    does: "stores a caller's token as that of its user at the last resource of the tenant",
    breaks: kept,
    policy: 'keepsInbound',
    instead: (inbound, realm, resources) => whoseAt(inbound, realm, ofRealm(resources, realm).at(-1)),
  },
} as const satisfies CacheFaults
