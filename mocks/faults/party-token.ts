import { apart, carrying } from '../../fixtures/tampering/edit.ts'
import { orRefused } from '../../protocols/refusal.ts'
import { assertionIn, assertionsIn } from '../../protocols/saml/read-assertion.ts'
import type { Expected } from '../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { idOf } from '../../protocols/signature/sign.ts'
import { verifySigned } from '../../protocols/signature/verify.ts'
import type { Element } from '../../protocols/xml/element.ts'
import { attributeNamed, elementsOf, withDescendants } from '../../protocols/xml/element.ts'
import { readXml } from '../../protocols/xml/read.ts'
import { documentOf } from '../../protocols/xml/write.ts'
import type { Believes } from './believing.ts'
import { inCollection, inNewForm, isLong, refused, refuting, where } from './believing.ts'
import type { PartyFaults } from './party-fault.ts'
import { overlooking, signInAnswerFaults } from './sign-in-answer.ts'
import { upstreamTokenFaults } from './upstream-token.ts'

/** A signed element anywhere in a message with its signature in it, and nothing beside in that. */
const signedIn = (root: Element): Element | undefined => {
  const all = withDescendants(root)
  const signature = all.find(({ local }) => local === 'Signature')
  const reference = signature && withDescendants(signature).find(({ local }) => local === 'Reference')
  const id = reference && attributeNamed(reference, 'URI')?.slice(1)
  const covered = all.find((element) => idOf(element) === id)
  if (signature === undefined || covered === undefined) return undefined
  const isSignature = (child: Element | string) => typeof child !== 'string' && child.local === 'Signature'
  const parts = ['SignedInfo', 'SignatureValue', 'KeyInfo']
  const bare = {
    ...signature,
    children: elementsOf(signature).filter(({ local }) => parts.includes(local)),
  }
  return carrying({ ...covered, children: covered.children.filter((child) => !isSignature(child)) }, bare)
}

/** Verifies whatever a message holds that is signed, and believes its first assertion. */
const believingOutermost =
  (verified: (signed: Element, expected: Expected) => boolean): Believes =>
  (text, expected) => {
    const read = readXml(text)
    const signed = read.is === 'refused' ? undefined : signedIn(read.root)
    const [outermost] = assertionsIn(text)
    const honest = verifyToken(text, expected)
    if (honest.is === 'verified' || signed === undefined || outermost === undefined || !verified(signed, expected))
      return honest
    const bare = elementsOf(outermost).some(({ local }) => local === 'Signature') ? apart(outermost).rest : outermost
    const [key] = expected.keys
    return key === undefined
      ? refused
      : orRefused(() => ({ is: 'verified', assertion: assertionIn(bare), bytes: '', key }))
  }

const isAssertionVerified = (signed: Element, expected: Expected) =>
  signed.local === 'Assertion' && verifyToken(documentOf(signed), expected).is === 'verified'

const isAnythingVerified = (signed: Element, expected: Expected) =>
  orRefused(() => {
    verifySigned(signed, signed, expected)
    return { is: 'signed' as const }
  }).is === 'signed'

/** Believes a text as one kind of markup leaves it, after verifying it as the signature does. */
const reading =
  (asSigned: (text: string) => string, asRead: (text: string) => string): Believes =>
  (text, expected) => {
    const answer = verifyToken(asSigned(text), expected)
    const [read] = assertionsIn(asRead(text))
    return answer.is === 'verified' && read ? { ...answer, assertion: assertionIn(read) } : answer
  }

const upTo = (mark: RegExp) => (text: string) => text.replaceAll(mark, '')

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
  'party.reads-names-up-to-comments': refuting(
    'party.rejects-wrapped',
    'believes a text as far as a comment',
    upstreamTokenFaults['broker.reads-names-up-to-comments'].instead,
  ),
  'party.reads-names-up-to-cdata': refuting(
    'party.rejects-wrapped',
    'believes a text as far as a CDATA section',
    reading((text) => text, upTo(/<!\[CDATA\[[^]*?\]\]>/g)),
  ),
  'party.skips-instructions': refuting(
    'party.rejects-wrapped',
    'verifies processing instructions as text and leaves them out when it reads',
    reading((text) => text.replaceAll(/<\?p ([^]*?)\?>/g, '$1'), upTo(/<\?p [^]*?\?>/g)),
  ),
} as const satisfies PartyFaults
