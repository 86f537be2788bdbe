import type { KeyObject } from 'node:crypto'
import { orRefused, refuse } from '../refusal.ts'
import type { Refused } from '../refusal.ts'
import type { Trust } from '../signature/verify.ts'
import { verifySigned } from '../signature/verify.ts'
import { tokenIn } from '../ws-federation/result.ts'
import type { Element } from '../xml/element.ts'
import { withDescendants } from '../xml/element.ts'
import { rootOf } from '../xml/read.ts'
import type { Assertion, SamlVersion } from './assertion.ts'
import { bearer } from './assertion.ts'
import { assertionIn, isAssertion } from './read-assertion.ts'

/** What a token must be to be ours. All of it comes from configuration, nothing from the message. */
export type Expected = Trust & {
  issuer: string
  audience: string
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now: number
  /** How far clocks may differ, in seconds. */
  skew: number
  /** The version that was agreed on; either, when absent. */
  version?: SamlVersion
  /** Where the token was sent to; a recipient that it names must be this. */
  recipient?: string
}

/** A token that is signed, valid now and for us; `assertion` holds what was signed and nothing else. */
export type Verified = { is: 'verified'; assertion: Assertion; bytes: string; key: KeyObject }

const harmlessConditions: Readonly<Record<SamlVersion, readonly string[]>> = {
  '1.1': ['DoNotCacheCondition'],
  '2.0': ['OneTimeUse', 'ProxyRestriction'],
}

const checkWindow = (from: number | undefined, until: number, { now, skew }: Expected): void => {
  if (from !== undefined && from > now + skew * 1000) refuse('early', 'not valid yet')
  if (until <= now - skew * 1000) refuse('expired', 'no longer valid')
}

const checkConfirmation = ({ version, confirmation, confirmationData = {} }: Assertion, expected: Expected): void => {
  if (confirmation !== bearer[version]) refuse('not-bearer', `confirmed by ${confirmation ?? 'nothing'}`)
  const { notBefore, notOnOrAfter = Infinity, recipient } = confirmationData
  checkWindow(notBefore, notOnOrAfter, expected)
  if (recipient !== undefined && expected.recipient !== undefined && recipient !== expected.recipient) {
    refuse('wrong-recipient', 'sent to someone else')
  }
}

/** Refuses an assertion that is not for us, or not now. For readers inside `orRefused`. */
const checkContent = (assertion: Assertion, expected: Expected): void => {
  const { version, issuer, audiences, notBefore, notOnOrAfter, otherConditions = [] } = assertion
  if (expected.version !== undefined && version !== expected.version) refuse('wrong-token-type', `SAML ${version}`)
  if (issuer !== expected.issuer) refuse('wrong-issuer', 'issued by someone else')
  if (audiences.length === 0) refuse('no-audience', 'for anyone')
  if (!audiences.every((anyOf) => anyOf.includes(expected.audience))) refuse('wrong-audience', 'for someone else')
  if (notOnOrAfter === undefined) return refuse('no-window', 'valid for ever')
  checkWindow(notBefore, notOnOrAfter, expected)
  const unknown = otherConditions.find((name) => !harmlessConditions[version].includes(name))
  if (unknown !== undefined) refuse('unknown-condition', unknown)
  checkConfirmation(assertion, expected)
}

/** The one assertion of a message; any second one, wherever it hides, refuses the whole. */
const onlyAssertion = (root: Element): Element => {
  const all = withDescendants(root)
  if (all.filter(({ local }) => local === 'Assertion').length > 1) refuse('two-assertions', 'several assertions')
  const token = tokenIn(root)
  if (token.local === 'EncryptedAssertion' || token.local === 'EncryptedData') refuse('encrypted', 'an encrypted token')
  if (!isAssertion(token)) refuse('wrong-token-type', `${token.local} is no assertion`)
  return token
}

/**
 * Verifies a token strictly and answers exactly what was signed, read again from the signed bytes.
 *
 * The message is a token response in either dialect, alone or in a SOAP envelope, or a bare assertion, SAML 1.1 or 2.0, with one assertion in it, one
 * signature, one reference to the assertion's own id, the enveloped-signature and exclusive-canonicalization transforms, and
 * RSA-SHA256 with SHA-256. The key is a configured one; `KeyInfo` is never looked at. Then issuer, every audience
 * restriction, the validity window, the conditions and the bearer confirmation must fit. Refusals of XML itself are
 * those of {@link rootOf}.
 *
 * @param text the message: a `wresult`, or an assertion
 * @see SAML Core 1.1 sections 2.3.2 and 5; SAML Core 2.0 sections 2.4, 2.5 and 5
 */
export const verifyToken = (text: string, expected: Expected): Verified | Refused =>
  orRefused(() => {
    const root = rootOf(text, expected.limits)
    const { element, bytes, key } = verifySigned(onlyAssertion(root), root, expected)
    const assertion = assertionIn(element)
    checkContent(assertion, expected)
    return { is: 'verified', assertion, bytes, key }
  })
