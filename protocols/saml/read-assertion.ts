import { orRefused, refuse } from '../refusal.ts'
import type { Refused } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { isNamed, withDescendants } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { readXml, rootOf } from '../xml/read.ts'
import type { Assertion } from './assertion.ts'
import { readSaml11 } from './read-saml11.ts'
import { readSaml20 } from './read-saml20.ts'

/** Whether an element is an assertion of a version that is known here. */
export const isAssertion = (element: Element): boolean =>
  isNamed(element, 'Assertion', namespaces.saml11, namespaces.saml20)

/** Every assertion in a message, the outermost first; none in what cannot be read. */
export const assertionsIn = (text: string): Element[] => {
  const read = readXml(text)
  return read.is === 'refused' ? [] : withDescendants(read.root).filter(isAssertion)
}

/** As {@link readAssertion}, of an element, for readers inside `orRefused`. */
export const assertionIn = (element: Element): Assertion => {
  if (!isAssertion(element)) return refuse('wrong-token-type', `${element.local} is no assertion`)
  return element.namespace === namespaces.saml11 ? readSaml11(element) : readSaml20(element)
}

/**
 * Reads what an assertion says, signed or not and whoever signed: to judge it, never to believe it.
 *
 * @param text the assertion as a document of its own
 */
export const readAssertion = (text: string): { is: 'assertion'; assertion: Assertion } | Refused =>
  orRefused(() => ({ is: 'assertion', assertion: assertionIn(rootOf(text)) }))
