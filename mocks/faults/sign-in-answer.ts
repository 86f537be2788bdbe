import type { KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { orRefused } from '../../protocols/refusal.ts'
import type { Refused } from '../../protocols/refusal.ts'
import { assertionIn } from '../../protocols/saml/read-assertion.ts'
import type { Expected, Verified } from '../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import { tokenIn } from '../../protocols/ws-federation/result.ts'
import { rootOf } from '../../protocols/xml/read.ts'
import { tenantClaim } from '../broker/claims.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { SignInFaults } from './sign-in-fault.ts'

const day = 86_400

/** Takes what stands in a message for what was signed. */
const unverified = (text: string, { keys }: Expected): Verified | Refused =>
  orRefused(() => ({
    is: 'verified',
    assertion: assertionIn(tokenIn(rootOf(text))),
    bytes: text,
    key: keys[0] as KeyObject,
  }))

/** Overlooks one reason of the verifier. */
export const overlooking =
  (reason: Refused['reason']) =>
  (text: string, expected: Expected): Verified | Refused => {
    const answer = verifyToken(text, expected)
    return answer.is === 'refused' && answer.reason === reason ? unverified(text, expected) : answer
  }

const embeddedKeys = (text: string): KeyObject[] => {
  try {
    return [...text.matchAll(/X509Certificate>([^<]+)</g)].map(([, certificate = '']) => publicKeyOf(certificate))
  } catch {
    return []
  }
}

/** Faults in what is believed of an answer from upstream. */
export const signInAnswerFaults = {
  'broker.ignores-signature': {
    does: 'believes an assertion whoever signed it',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: unverified,
  },
  'broker.believes-unsigned': {
    does: 'believes an assertion without a signature',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: overlooking('unsigned'),
  },
  'broker.believes-altered': {
    does: 'believes an assertion that was altered after it was signed',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: overlooking('altered'),
  },
  'broker.trusts-embedded-certificate': {
    does: 'believes an assertion that verifies with the certificate in it',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: (text, expected) => verifyToken(text, { ...expected, keys: [...expected.keys, ...embeddedKeys(text)] }),
  },
  'broker.ignores-window': {
    does: 'believes an assertion at any time',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: (text, expected) => verifyToken(text, { ...expected, skew: Infinity }),
  },
  'broker.believes-for-a-day': {
    does: 'believes an assertion for a day after its end',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: (text, expected) => {
      const answer = verifyToken(text, expected)
      return answer.is === 'refused' && answer.reason === 'expired'
        ? verifyToken(text, { ...expected, skew: day })
        : answer
    },
  },
  'broker.ignores-start': {
    does: 'believes an assertion before its start',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: overlooking('early'),
  },
  'broker.ignores-audience': {
    does: 'believes an assertion for another audience',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: overlooking('wrong-audience'),
  },
  'broker.believes-tokens-for-anyone': {
    does: 'believes an assertion that names no audience',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: overlooking('no-audience'),
  },
  'broker.believes-sha1': {
    does: 'believes a signature with SHA-1',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: (text, expected) => verifyToken(text, { ...expected, sha1: true }),
  },
  'broker.refuses-saml11': {
    does: 'understands no SAML 1.1 from upstream',
    breaks: 'sign-in.upstream-token-types',
    policy: 'believesAssertion',
    instead: (text, expected) => verifyToken(text, { ...expected, version: '2.0' }),
  },
  'broker.refuses-saml20': {
    does: 'understands no SAML 2.0 from upstream',
    breaks: 'sign-in.upstream-token-types',
    policy: 'believesAssertion',
    instead: (text, expected) => verifyToken(text, { ...expected, version: '1.1' }),
  },

  'broker.ignores-signature-of-id-token': {
    does: 'believes an id token whoever signed it',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    instead: async (token) => decodeJwt(token),
  },
  'broker.believes-alg-none': {
    does: 'believes an id token with alg none',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    instead: async (token, expected) =>
      decodeProtectedHeader(token).alg === 'none' ? decodeJwt(token) : honestSignIn.believesIdToken(token, expected),
  },
  'broker.ignores-nonce': {
    does: 'believes an id token with another nonce',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    instead: async (token, expected) =>
      honestSignIn.believesIdToken(token, { ...expected, nonce: String(decodeJwt(token)['nonce']) }),
  },
  'broker.ignores-audience-of-id-token': {
    does: 'believes an id token for another audience',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    instead: async (token, expected) => {
      const { application } = expected
      return honestSignIn.believesIdToken(token, {
        ...expected,
        application: { ...application, id: String(decodeJwt(token).aud) },
      })
    },
  },
  'broker.ignores-expiry-of-id-token': {
    does: 'believes an id token after its end',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    instead: async (token, expected) =>
      honestSignIn.believesIdToken(token, {
        ...expected,
        now: Math.min(expected.now, (decodeJwt(token).iat ?? 0) * 1000),
      }),
  },

  'broker.takes-similar-tenant-claim': {
    does: 'takes any claim whose name ends in tenantid for the tenant',
    breaks: 'realm.from-token',
    policy: 'namesTenant',
    instead: (claims) => claims.find(({ type }) => type.endsWith('tenantid'))?.values[0],
  },
  'broker.takes-first-of-two-tenants': {
    does: 'takes the first of two tenants in a token',
    breaks: 'realm.from-token',
    policy: 'namesTenant',
    instead: (claims) => claims.find(({ type }) => type === tenantClaim)?.values[0],
  },
  'broker.takes-last-of-two-tenants': {
    does: 'takes the last of two tenants in a token',
    breaks: 'realm.from-token',
    policy: 'namesTenant',
    instead: (claims) => claims.findLast(({ type }) => type === tenantClaim)?.values.at(-1),
  },

  'broker.admits-every-tenant': {
    does: 'admits members of every directory to a party',
    breaks: 'realm.members-only',
    policy: 'isMember',
    instead: ({ issuedBy, named }) => issuedBy === named,
  },
  'broker.believes-tenant-claim-alone': {
    does: 'believes the tenant that a token names, whoever issued it',
    breaks: 'realm.members-only',
    policy: 'isMember',
    instead: ({ named }, { tenant }) => named === tenant,
  },
  'broker.believes-issuer-alone': {
    does: 'takes the issuer for the tenant, whatever the token names',
    breaks: 'realm.from-token',
    policy: 'isMember',
    instead: ({ issuedBy }, { tenant }) => issuedBy === tenant,
  },
  'broker.refuses-guests': {
    does: 'admits no guest of the directory',
    breaks: 'realm.guest',
    policy: 'isMember',
    instead: (proved, party, request) =>
      honestSignIn.isMember(proved, party, request) && !(proved.name ?? '').includes('#EXT#'),
  },

  'broker.accepts-replays': {
    does: 'believes a token a second time',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'isReplay',
    instead: () => false,
  },
  'broker.forgets-long-ids': {
    does: 'believes a token a second time when its id is long',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'isReplay',
    instead: (id, seen) => id.length <= 140 && seen(id),
  },
} as const satisfies SignInFaults
