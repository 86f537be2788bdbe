import type { Element } from '../xml/element.ts'
import { elementsOf, textOf, vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'

const policy = vocabulary('wsp', namespaces.policy)
const addressing = vocabulary('wsa', namespaces.addressing)

/** An endpoint reference around one address. */
export const endpointReference = (address: string): Element =>
  addressing('EndpointReference', {}, addressing('Address', {}, address))

/** The relying party that a token is for, as WS-Trust names it. */
export const appliesTo = (realm: string): Element => policy('AppliesTo', {}, endpointReference(realm))

const descend = (element: Element | undefined, local: string): Element | undefined =>
  element && elementsOf(element).find((child) => child.local === local)

/** The address in an endpoint reference or around one, of whatever edition of WS-Addressing and WS-Policy. */
export const addressIn = (around: Element | undefined): string | undefined => {
  const reference = around?.local === 'EndpointReference' ? around : descend(around, 'EndpointReference')
  const address = descend(reference, 'Address')
  return address && textOf(address).trim()
}
