import type { KeyObject } from 'node:crypto'
import { createHmac, createPublicKey } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { JWK } from 'jose'
import { apart, carrying } from '../../fixtures/tampering/edit.ts'
import { orRefused } from '../../protocols/refusal.ts'
import type { Refused } from '../../protocols/refusal.ts'
import { bearer } from '../../protocols/saml/assertion.ts'
import { assertionIn, assertionsIn } from '../../protocols/saml/read-assertion.ts'
import type { Expected, Verified } from '../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import type { Element } from '../../protocols/xml/element.ts'
import { elementsOf, withDescendants } from '../../protocols/xml/element.ts'
import { documentOf } from '../../protocols/xml/write.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { ExpectedIdToken } from '../broker/sign-in-terms.ts'
import { overlooking } from './sign-in-answer.ts'
import type { SignInFaults } from './sign-in-fault.ts'

/** Verifies one element and believes another. */
const believing = (verified: Element, believed: Element, expected: Expected): Verified | Refused => {
  const answer = verifyToken(documentOf(verified), expected)
  return answer.is === 'refused' ? answer : orRefused(() => ({ ...answer, assertion: assertionIn(believed) }))
}

/** What was wrapped: the assertion in the last signature of another one, with that signature. */
const unwrapped = (outer: Element): Element | undefined => {
  if (!elementsOf(outer).some(({ local }) => local === 'Signature')) return undefined
  const { signature } = apart(outer)
  const isObject = (child: Element | string) => typeof child !== 'string' && child.local === 'Object'
  const inner = signature.children.filter((child) => typeof child !== 'string').find(isObject)
  const [assertion] = inner ? elementsOf(inner) : []
  const bare = { ...signature, children: signature.children.filter((child) => !isObject(child)) }
  return assertion && carrying(assertion, bare)
}

const bareKeys = (text: string): KeyObject[] =>
  [...text.matchAll(/Modulus>([^<]+)<[^>]*>\s*<[^>]*Exponent>([^<]+)</g)].map(([, n = '', e = '']) => {
    const [modulus, exponent] = [n, e].map((part) => Buffer.from(part, 'base64').toString('base64url'))
    return createPublicKey({ key: { kty: 'RSA', n: modulus ?? '', e: exponent ?? '' }, format: 'jwk' })
  })

const assertionOfJwt = (token: string, { keys }: Expected): Verified | undefined => {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined
  const { iss = '', aud = '', sub = '', iat = 0, exp = 0, jti = '', ...claims } = decodeJwt(token)
  const texts = Object.entries(claims).flatMap(([type, value]) =>
    typeof value === 'string' ? [{ type, values: [value] }] : [],
  )
  const assertion = {
    version: '2.0',
    id: jti,
    issuer: iss,
    issuedAt: iat * 1000,
    notBefore: iat * 1000,
    notOnOrAfter: exp * 1000,
    audiences: [[aud].flat()],
    nameId: { value: sub },
    confirmation: bearer['2.0'],
    claims: texts,
  } as const
  return { is: 'verified', assertion, bytes: token, key: keys[0] as KeyObject }
}

const withKey = (token: string, expected: ExpectedIdToken, key: JWK) => {
  const jwks = { keys: [{ ...key, kid: decodeProtectedHeader(token).kid ?? '' }] }
  return honestSignIn.believesIdToken(token, { ...expected, jwks })
}

const comment = /<!--[^]*?-->/g

/** Faults in whose word is taken, and in which part of it. */
export const upstreamTokenFaults = {
  'broker.ignores-issuer': {
    does: 'believes a token under any name when the key is right',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'findIssuer',
    instead: (tenants, named, upstream, asked) => honestSignIn.findIssuer(tenants, named, upstream, asked) ?? asked,
  },
  'broker.takes-issuer-by-prefix': {
    does: 'takes an issuer that begins with a known one',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'findIssuer',
    instead: (tenants, named, upstream) => tenants.find((tenant) => named.startsWith(tenant[upstream].issuer)),
  },

  'broker.reads-last-assertion': {
    does: 'verifies the first of two assertions and believes the last',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead(text, expected) {
      const all = assertionsIn(text)
      const [first, last] = [all[0], all.at(-1)]
      return first && last && first !== last && !withDescendants(first).includes(last)
        ? believing(first, last, expected)
        : verifyToken(text, expected)
    },
  },
  'broker.believes-wrapped': {
    does: 'verifies the assertion in the signature of another one and believes the other',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead(text, expected) {
      const [outer] = assertionsIn(text)
      const inner = outer && unwrapped(outer)
      return outer && inner ? believing(inner, outer, expected) : verifyToken(text, expected)
    },
  },
  'broker.trusts-bare-key': {
    does: 'believes an assertion that verifies with a bare RSA key in it',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: (text, expected) => verifyToken(text, { ...expected, keys: [...expected.keys, ...bareKeys(text)] }),
  },
  'broker.reads-names-up-to-comments': {
    does: 'believes a text only as far as a comment, which no signature covers',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead(text, expected) {
      const answer = verifyToken(text.replaceAll(comment, ''), expected)
      const [cut] = assertionsIn(text.replaceAll(/<!--[^]*?-->[^<]*/g, ''))
      return answer.is === 'verified' && cut ? { ...answer, assertion: assertionIn(cut) } : answer
    },
  },
  'broker.ignores-confirmation': {
    does: 'believes an assertion whose bearer would have to be vouched for',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead: overlooking('not-bearer'),
  },
  'broker.ignores-slash-of-audience': {
    does: 'compares the audience without a slash at its end',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesAssertion',
    instead(text, expected) {
      const answer = verifyToken(text, expected)
      return answer.is === 'refused' && answer.reason === 'wrong-audience'
        ? verifyToken(text, { ...expected, audience: `${expected.audience}/` })
        : answer
    },
  },
  'broker.takes-saml-responses': {
    does: 'takes the assertion in a SAML protocol response',
    breaks: 'sign-in.upstream-token-types',
    policy: 'believesAssertion',
    instead(text, expected) {
      const [first] = assertionsIn(text)
      return text.startsWith('<samlp:Response') && first
        ? verifyToken(documentOf(first), expected)
        : verifyToken(text, expected)
    },
  },
  'broker.takes-jwt-for-assertion': {
    does: 'believes a JWT in the place of a token response',
    breaks: 'sign-in.upstream-token-types',
    policy: 'believesAssertion',
    instead: (text, expected) => assertionOfJwt(text, expected) ?? verifyToken(text, expected),
  },

  'broker.ignores-start-of-id-token': {
    does: 'believes an id token before its start',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    instead: async (token, expected) =>
      honestSignIn.believesIdToken(token, {
        ...expected,
        now: Math.max(expected.now, (decodeJwt(token).nbf ?? 0) * 1000),
      }),
  },
  'broker.trusts-embedded-jwk': {
    does: 'believes an id token that verifies with the key in its header',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    async instead(token, expected) {
      const { jwk } = decodeProtectedHeader(token)
      return jwk ? withKey(token, expected, jwk) : honestSignIn.believesIdToken(token, expected)
    },
  },
  'broker.trusts-embedded-certificate-of-id-token': {
    does: 'believes an id token that verifies with the certificate in its header',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    async instead(token, expected) {
      const [certificate] = decodeProtectedHeader(token).x5c ?? []
      if (certificate === undefined) return honestSignIn.believesIdToken(token, expected)
      return withKey(token, expected, publicKeyOf(certificate).export({ format: 'jwk' }))
    },
  },
  'broker.believes-unknown-kid': {
    does: 'believes an id token whose key it does not know',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    async instead(token, expected) {
      const { kid } = decodeProtectedHeader(token)
      const known = kid === undefined || expected.jwks.keys.some((key) => key['kid'] === kid)
      return known ? honestSignIn.believesIdToken(token, expected) : decodeJwt(token)
    },
  },
  'broker.reads-key-from-path': {
    does: 'reads the key of an id token from the file that its kid names',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'believesIdToken',
    async instead(token, expected) {
      const { kid = '', alg } = decodeProtectedHeader(token)
      if (alg !== 'HS256' || !kid.endsWith('/dev/null')) return honestSignIn.believesIdToken(token, expected)
      const [signed = '', signature] = token.split(/\.(?=[^.]*$)/)
      const ours = createHmac('sha256', '').update(signed).digest('base64url')
      return ours === signature ? decodeJwt(token) : undefined
    },
  },
} as const satisfies SignInFaults
