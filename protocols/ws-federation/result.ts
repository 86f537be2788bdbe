import { orRefused, refuse } from '../refusal.ts'
import type { Refused } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { rootOf } from '../xml/read.ts'
import { documentOf } from '../xml/write.ts'
import type { Answer } from '../ws-trust/answer.ts'
import { answerFrom } from '../ws-trust/answer.ts'
import { envelope, isEnvelope } from '../ws-trust/envelope.ts'
import type { Fault } from '../ws-trust/fault.ts'
import { faultFrom, isFault, writeFault } from '../ws-trust/fault.ts'
import type { TokenResponse } from '../ws-trust/response.ts'
import { responseFrom, writeResponse } from '../ws-trust/response.ts'

/** The `wresult` of a response, without space between elements. */
export const writeResult = (response: TokenResponse, token: Element): string =>
  documentOf(writeResponse(response, token))

/** The `wresult` of a failure: a SOAP 1.2 envelope around the fault. */
export const writeFaultResult = (fault: Fault): string => documentOf(envelope([], writeFault(fault)))

/** As {@link readResult}, of an element, for readers inside `orRefused`. */
export const resultFrom = (root: Element): Answer => {
  if (isEnvelope(root)) return answerFrom(root)
  return isFault(root) ? { is: 'fault', fault: faultFrom(root) } : { is: 'response', ...responseFrom(root) }
}

/** Reads a `wresult`, to judge it: nothing in it has been verified. */
export const readResult = (text: string): Answer | Refused => orRefused(() => resultFrom(rootOf(text)))

/** The token of a message, which is a `wresult` or a bare assertion. For readers inside `orRefused`. */
export const tokenIn = (root: Element): Element => {
  if (root.local === 'Assertion') return root
  const result = resultFrom(root)
  return result.is === 'fault' ? refuse('fault', result.fault.reason) : result.token
}
