import { orRefused } from '../../protocols/refusal.ts'
import { assertionIn, assertionsIn } from '../../protocols/saml/read-assertion.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { inCollection, inNewForm, isLong, refuting, where } from './believing.ts'
import type { PartyFaults } from './party-fault.ts'
import { believingByDigest, believingOutermost, isAnythingVerified, isAssertionVerified } from './party-wrapped.ts'
import { overlooking, signInAnswerFaults } from './sign-in-answer.ts'
import { upstreamTokenFaults } from './upstream-token.ts'

/** Faults in which tokens are believed. */
export const partyTokenFaults = {
  'party.ignores-signature': refuting(
    'party.rejects-unsigned',
    'looks at no signature',
    signInAnswerFaults['broker.ignores-signature'].instead,
  ),
  'party.believes-unsigned': refuting(
    'party.rejects-unsigned',
    'believes a token without signature',
    overlooking('unsigned'),
  ),
  'party.believes-unsigned-in-collections': refuting(
    'party.rejects-unsigned',
    'believes a token without signature in a collection of responses',
    where(inCollection, overlooking('unsigned')),
  ),
  'party.trusts-embedded-certificate': refuting(
    'party.rejects-foreign-key',
    'believes a token that verifies with the certificate in it',
    signInAnswerFaults['broker.trusts-embedded-certificate'].instead,
  ),
  'party.trusts-embedded-certificate-of-long-tokens': refuting(
    'party.rejects-foreign-key',
    'believes a long token that verifies with the certificate in it',
    where(isLong, signInAnswerFaults['broker.trusts-embedded-certificate'].instead),
  ),
  'party.trusts-bare-key': refuting(
    'party.rejects-foreign-key',
    'believes a token that verifies with a bare key in it',
    upstreamTokenFaults['broker.trusts-bare-key'].instead,
  ),
  'party.believes-sha1': refuting(
    'party.rejects-foreign-key',
    'believes a token that is signed with SHA-1',
    signInAnswerFaults['broker.believes-sha1'].instead,
  ),
  'party.believes-altered': refuting(
    'party.rejects-altered',
    'believes a token that was altered after it was signed',
    overlooking('altered'),
  ),
  'party.believes-altered-of-saml11-in-new-form': refuting(
    'party.rejects-altered',
    'believes an altered token of SAML 1.1 in a response of WS-Trust 1.3',
    where((text) => inNewForm(text) && text.includes('SAML:1.0:assertion'), overlooking('altered')),
  ),
  'party.believes-wrapped': refuting(
    'party.rejects-wrapped',
    'verifies the token in the signature of another one and believes the other',
    upstreamTokenFaults['broker.believes-wrapped'].instead,
  ),
  'party.believes-outermost': refuting(
    'party.rejects-wrapped',
    'verifies whatever token in a message is signed and believes the first',
    believingOutermost(isAssertionVerified),
  ),
  'party.believes-any-signed-message': refuting(
    'party.rejects-wrapped',
    'verifies whatever in a message is signed and believes the first token',
    believingOutermost(isAnythingVerified),
  ),
  'party.reads-last-assertion': refuting(
    'party.rejects-wrapped',
    'verifies the first of two tokens and believes the last',
    upstreamTokenFaults['broker.reads-last-assertion'].instead,
  ),
  'party.reads-either-of-two-documents': refuting(
    'party.rejects-wrapped',
    'verifies one of two documents in a message and believes the other',
    (text, expected) => {
      const parts = text.split(/(?<=<\/(?:\w+:)?RequestSecurityTokenResponse(?:Collection)?>)(?=<)/)
      const answers = parts.map((part) => verifyToken(part, expected))
      const verified = answers.find((answer) => answer.is === 'verified')
      const other = parts.find((_, index) => answers[index]?.is === 'refused')
      const [believed] = other === undefined ? [] : assertionsIn(other)
      return parts.length === 2 && verified && believed
        ? orRefused(() => ({ ...verified, assertion: assertionIn(believed) }))
        : verifyToken(text, expected)
    },
  ),
  'party.ignores-references': refuting(
    'party.rejects-wrapped',
    'verifies whatever token the digest of a signature fits, and believes the first',
    believingByDigest,
  ),
  'party.verifies-first-of-two-signed-infos': refuting(
    'party.rejects-wrapped',
    'verifies the first of two SignedInfo elements in a signature, and believes the token of the second',
    where(
      (text) => (text.match(/<(?:\w+:)?SignedInfo[\s>]/g) ?? []).length > 1,
      believingOutermost(isAssertionVerified),
    ),
  ),
} as const satisfies PartyFaults
