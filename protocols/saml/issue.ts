import type { SignatureKind, Signer } from '../signature/sign.ts'
import { signElement } from '../signature/sign.ts'
import type { Element } from '../xml/element.ts'
import type { Assertion } from './assertion.ts'
import { writeSaml11 } from './write-saml11.ts'
import { writeSaml20 } from './write-saml20.ts'

/** An assertion as XML, unsigned, in its version. */
export const writeAssertion = (assertion: Assertion): Element =>
  assertion.version === '1.1' ? writeSaml11(assertion) : writeSaml20(assertion)

/**
 * Signs what is, or calls itself, an assertion; the signature goes where its version wants it: last in SAML 1.1, after the
 * issuer in SAML 2.0.
 */
export const signAssertion = (assertion: Element, signer: Signer, kind?: SignatureKind): Promise<Element> => {
  const issuer = assertion.children.findIndex((child) => typeof child !== 'string' && child.local === 'Issuer')
  return signElement(assertion, signer, issuer === -1 ? undefined : issuer + 1, kind)
}

/** Issues a signed assertion. */
export const issue = (assertion: Assertion, signer: Signer, kind?: SignatureKind): Promise<Element> =>
  signAssertion(writeAssertion(assertion), signer, kind)
