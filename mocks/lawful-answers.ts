import { assertionsIn } from '../protocols/saml/read-assertion.ts'
import type { Expected } from '../protocols/saml/verify-token.ts'
import { verifyToken } from '../protocols/saml/verify-token.ts'
import { documentOf } from '../protocols/xml/write.ts'
import { honestSignIn } from './broker/sign-in-policies.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const day = 86_400_000

/** What is rightly signed, whatever stands beside it, and be it with SHA-1. */
const asSigned = (text: string, given: Expected) => {
  const expected = { ...given, sha1: true }
  const whole = verifyToken(text, expected)
  if (whole.is === 'verified' || whole.reason !== 'two-assertions') return whole
  const each = assertionsIn(text).map((assertion) => verifyToken(documentOf(assertion), expected))
  return each.find(({ is }) => is === 'verified') ?? whole
}

/** Lawful ways to take the answers of an identity provider; for some a reviewer is advised otherwise. */
export const lawfulAnswers = {
  'is-lenient-with-answers': {
    does: 'takes a genuine answer whoever brings it, when, how often and in which protocol, and lets a refused one be mended',
    under: ['k2trust'],
    signIn: {
      believesAssertion: asSigned,
      findIssuer: (tenants, named, upstream, asked) =>
        honestSignIn.findIssuer(tenants, named, upstream, asked) ?? asked,
      sameBrowser: () => true,
      acceptsKind: () => true,
      isReplay: () => false,
      stillPending: ({ begun, now }) => now - begun < 3 * day,
      spends: (accepted) => (accepted ? 'everywhere' : 'nowhere'),
    },
    advised: [
      'realm.no-interference.carried-answer',
      'sign-in.rejects-bad-upstream.sha1',
      'sign-in.rejects-bad-upstream.issuer',
      'sign-in.rejects-bad-upstream.id-token-issuer',
      'sign-in.rejects-bad-upstream.replayed',
      'sign-in.rejects-bad-upstream.other-browser',
      'sign-in.rejects-bad-upstream.expired-sign-in',
      'sign-in.rejects-bad-upstream.other-protocol',
    ],
  },
  'takes-unsolicited-answers': {
    does: 'takes an answer without a known wctx or state for the last sign-in, and the first of a repeated parameter',
    under: ['k2trust'],
    signIn: {
      findPending: (known, newest) => known ?? newest,
      reads: (parameters) =>
        honestSignIn.reads(parameters.filter(([name], at) => parameters.findIndex(([one]) => one === name) === at)),
    },
    advised: [
      'sign-in.malformed.repeated',
      'sign-in.rejects-bad-upstream.context',
      'sign-in.rejects-bad-upstream.malformed',
      'sign-in.rejects-bad-upstream.state',
      'sign-in.rejects-bad-upstream.unknown-sign-in',
      'sign-in.rejects-bad-upstream.expired-sign-in',
    ],
  },
} as const satisfies Record<string, LawfulVariant>
