import { hash } from 'node:crypto'
import { apart } from '../../fixtures/tampering/edit.ts'
import { assertionIn, assertionsIn } from '../../protocols/saml/read-assertion.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { digestOf } from '../../protocols/signature/sign.ts'
import type { Element } from '../../protocols/xml/element.ts'
import { elementsOf, withDescendants } from '../../protocols/xml/element.ts'
import { namespaces } from '../../protocols/xml/namespaces.ts'
import { orRefused } from '../../protocols/refusal.ts'
import { readXml } from '../../protocols/xml/read.ts'
import type { Believes } from './believing.ts'
import { refuting, where } from './believing.ts'
import type { PartyFaults } from './party-fault.ts'
import { believingOutermost, isAssertionVerified } from './party-wrapped.ts'
import { overlooking } from './sign-in-answer.ts'
import { upstreamTokenFaults } from './upstream-token.ts'

/** Believes a text as one kind of markup leaves it, after verifying it as the signature does. */
const reading =
  (asSigned: (text: string) => string, asRead: (text: string) => string): Believes =>
  (text, expected) => {
    const answer = verifyToken(asSigned(text), expected)
    const [read] = assertionsIn(asRead(text))
    return answer.is === 'verified' && read ? { ...answer, assertion: assertionIn(read) } : answer
  }

const upTo = (mark: RegExp) => (text: string) => text.replaceAll(mark, '')
const comments = /<!--[^]*?-->/g
const digestOfNothing = hash('sha256', '', 'base64')
const doctypeWithSubset = /^<!DOCTYPE[^[]*\[[^\]]*\]>/
const hasDoctype = (text: string) => text.startsWith('<!DOCTYPE')

/** The token with the digest in a comment, as one reader of digests sees it. */
const byCommentedDigest: Believes = (text, expected) => {
  const [outer] = assertionsIn(text.replaceAll(comments, ''))
  const isSigned = outer && elementsOf(outer).some(({ local }) => local === 'Signature')
  const [, digest] = /DigestValue><!--([^]*?)-->/.exec(text) ?? []
  return isSigned && digestOf(apart(outer).rest) === digest
    ? overlooking('altered')(text.replaceAll(comments, ''), expected)
    : verifyToken(text, expected)
}

const inNamespace = (element: Element, namespace: string): Element => ({
  ...element,
  namespace,
  children: element.children.map((child) => (typeof child === 'string' ? child : inNamespace(child, namespace))),
})

/** Verifies what is signed in a message, and believes what is called an assertion first, in no namespace as well. */
const byLocalNames: Believes = (text, expected) => {
  const read = readXml(text)
  const first =
    read.is === 'refused' ? undefined : withDescendants(read.root).find(({ local }) => local === 'Assertion')
  const [genuine] = assertionsIn(text)
  if (first === undefined || genuine === undefined || first.namespace !== '') return verifyToken(text, expected)
  const answer = believingOutermost(isAssertionVerified)(text, expected)
  const bare = {
    ...first,
    children: first.children.filter((child) => typeof child === 'string' || child.local !== 'Signature'),
  }
  return answer.is === 'refused'
    ? answer
    : orRefused(() => ({ ...answer, assertion: assertionIn(inNamespace(bare, genuine.namespace)) }))
}

/** Faults in how the markup of a message is read: by the one who verifies, and by the one who believes. */
export const partyMarkupFaults = {
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
  'party.takes-digests-from-comments': refuting(
    'party.rejects-wrapped',
    'takes the digest of a token from a comment before it, which no signature covers',
    where((text) => text.includes('DigestValue><!--'), byCommentedDigest),
  ),
  'party.reads-doctypes-in-two-ways': refuting(
    'party.rejects-wrapped',
    'verifies what follows a document type declaration up to its first bracket, and believes what follows its literals',
    where(
      hasDoctype,
      reading(
        (text) => text.replace(/^<!DOCTYPE[^>]*>/, '').replaceAll(comments, ''),
        (text) => text.replace(/^<!DOCTYPE(?:[^>'"]|'[^']*'|"[^"]*")*>/, '').replace(/<!\[CDATA\[[^]*$/, ''),
      ),
    ),
  ),
  'party.takes-namespaces-from-doctypes': refuting(
    'party.rejects-wrapped',
    'finds signatures by the namespace that a document type declaration gives them, and believes the token around one',
    where(
      (text) => hasDoctype(text) && text.includes('<!ATTLIST Signature xmlns'),
      (text, expected) =>
        believingOutermost(isAssertionVerified)(
          text.replace(doctypeWithSubset, '').replace('<Signature>', `<Signature xmlns="${namespaces.signature}">`),
          expected,
        ),
    ),
  ),
  'party.expands-no-entities': refuting(
    'party.rejects-wrapped',
    'compares ids without expanding the entities in them, and believes the token around the one that is signed',
    where(hasDoctype, (text, expected) =>
      believingOutermost(isAssertionVerified)(text.replace(doctypeWithSubset, '').replaceAll(/&(e);/g, '$1'), expected),
    ),
  ),
  'party.digests-nothing-for-odd-namespaces': refuting(
    'party.rejects-wrapped',
    'digests nothing where a namespace cannot be written canonically',
    where(
      (text) => text.includes(`>${digestOfNothing}<`),
      (text, expected) => overlooking('altered')(text.replaceAll(/ xmlns:\w+="[^":]*"/g, ''), expected),
    ),
  ),
  'party.ignores-namespaces': refuting(
    'party.rejects-wrapped',
    'verifies the token in a message that is signed, and believes what is called one first, in whatever namespace',
    byLocalNames,
  ),
} as const satisfies PartyFaults
