import { orRefused, refuse } from '../refusal.ts'
import type { Refused } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { rootOf } from '../xml/read.ts'
import { documentOf } from '../xml/write.ts'
import type { Fault } from '../ws-trust/fault.ts'
import { faultFrom, isFault, writeFault } from '../ws-trust/fault.ts'
import type { TokenResponse } from '../ws-trust/response.ts'
import { responseFrom, writeResponse } from '../ws-trust/response.ts'

/** What a `wresult` carries: a token response with its token, or a fault. */
export type Result = { is: 'response'; response: TokenResponse; token: Element } | { is: 'fault'; fault: Fault }

/** The `wresult` of a response, without space between elements. */
export const writeResult = (response: TokenResponse, token: Element): string =>
  documentOf(writeResponse(response, token))

const soap = vocabulary('s', namespaces.soap12)

/** The `wresult` of a failure: a SOAP 1.2 envelope around the fault. */
export const writeFaultResult = (fault: Fault): string =>
  documentOf(soap('Envelope', {}, soap('Body', {}, writeFault(fault))))

const faultIn = (root: Element): Element | undefined => {
  if (isFault(root)) return root
  if (root.local !== 'Envelope' || root.namespace !== namespaces.soap12) return undefined
  const body = root.children.find((child) => typeof child !== 'string' && child.local === 'Body')
  return typeof body === 'object' ? body.children.filter((child) => typeof child !== 'string').find(isFault) : undefined
}

/** As {@link readResult}, of an element, for readers inside `orRefused`. */
export const resultFrom = (root: Element): Result => {
  const fault = faultIn(root)
  return fault ? { is: 'fault', fault: faultFrom(fault) } : { is: 'response', ...responseFrom(root) }
}

/** Reads a `wresult`, to judge it: nothing in it has been verified. */
export const readResult = (text: string): Result | Refused => orRefused(() => resultFrom(rootOf(text)))

/** The token of a message, which is a `wresult` or a bare assertion. For readers inside `orRefused`. */
export const tokenIn = (root: Element): Element => {
  if (root.local === 'Assertion') return root
  const result = resultFrom(root)
  return result.is === 'fault' ? refuse('fault', result.fault.reason) : result.token
}
