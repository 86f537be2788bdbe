import { instantOf } from '../instants.ts'
import { refuse } from '../refusal.ts'
import type { Content, Element } from '../xml/element.ts'
import { childrenNamed, elementsOf, isNamed, vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import type { Lifetime } from './response.ts'

const soap = vocabulary('s', namespaces.soap12)
const security = vocabulary('o', namespaces.security)
const utility = vocabulary('u', namespaces.utility)

/** A SOAP 1.2 envelope around one body. */
export const envelope = (headers: readonly Content[], body: Element): Element =>
  soap('Envelope', {}, headers.length > 0 ? soap('Header', {}, ...headers) : undefined, soap('Body', {}, body))

/** The `Security` header, which its receiver must understand. */
export const securityHeader = (timestamp: Lifetime | undefined, ...inside: Content[]): Element =>
  security(
    'Security',
    { 's:mustUnderstand': '1' },
    timestamp &&
      utility(
        'Timestamp',
        { 'u:Id': '_0' },
        utility('Created', {}, instantOf(timestamp.created)),
        utility('Expires', {}, instantOf(timestamp.expires)),
      ),
    ...inside,
  )

/** Whether an element is a SOAP envelope, 1.1 or 1.2. */
export const isEnvelope = (element: Element): boolean =>
  isNamed(element, 'Envelope', namespaces.soap12, namespaces.soap11)

/** What stands in an envelope: the headers, and the only element of the only body. For readers inside `orRefused`. */
export const openEnvelope = (root: Element): { headers: Element[]; body: Element } => {
  if (!isEnvelope(root)) return refuse('not-a-response', `${root.local} is no SOAP envelope`)
  const bodies = childrenNamed(root, 'Body')
  const [body, ...more] = bodies.flatMap(elementsOf)
  if (body === undefined || more.length > 0 || bodies.length > 1) {
    return refuse('malformed', 'an envelope holds one body with one element')
  }
  return { headers: childrenNamed(root, 'Header').flatMap(elementsOf), body }
}
