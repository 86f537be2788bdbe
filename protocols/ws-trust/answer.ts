import { orRefused } from '../refusal.ts'
import type { Refused } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { rootOf } from '../xml/read.ts'
import { documentOf } from '../xml/write.ts'
import { trustDialects } from './dialect.ts'
import { envelope, openEnvelope, securityHeader } from './envelope.ts'
import type { Fault } from './fault.ts'
import { faultFrom, isFault, writeFault } from './fault.ts'
import type { Lifetime, TokenResponse } from './response.ts'
import { responseFrom, writeResponse } from './response.ts'

/** What a token request is answered with. */
export type Answer = { is: 'response'; response: TokenResponse; token: Element } | { is: 'fault'; fault: Fault }

const addressing = vocabulary('a', namespaces.addressing)
const action = (uri: string): Element => addressing('Action', { 's:mustUnderstand': '1' }, uri)

/** The message id that an answer relates to, and how long it may be believed. */
export type AnswerHeaders = { relatesTo?: string; timestamp?: Lifetime }

/** Writes the SOAP 1.2 envelope that answers a request with a token, prefixes as those of AD FS, without space. */
export const writeAnswer = (response: TokenResponse, token: Element, { relatesTo, timestamp }: AnswerHeaders): string =>
  documentOf(
    envelope(
      [
        action(trustDialects[response.dialect].answer),
        relatesTo === undefined ? undefined : addressing('RelatesTo', {}, relatesTo),
        timestamp && securityHeader(timestamp),
      ],
      writeResponse(response, token),
    ),
  )

/** Writes the envelope that answers a request with a fault. */
export const writeFaultAnswer = (fault: Fault, { relatesTo }: AnswerHeaders = {}): string =>
  documentOf(
    envelope(
      [
        action(`${namespaces.addressing}/soap/fault`),
        relatesTo === undefined ? undefined : addressing('RelatesTo', {}, relatesTo),
      ],
      writeFault(fault),
    ),
  )

/** As {@link readAnswer}, of an element, for readers inside `orRefused`. */
export const answerFrom = (root: Element): Answer => {
  const { body } = openEnvelope(root)
  return isFault(body) ? { is: 'fault', fault: faultFrom(body) } : { is: 'response', ...responseFrom(body) }
}

/** Reads the answer to a token request: nothing in it has been verified. */
export const readAnswer = (text: string): Answer | Refused => orRefused(() => answerFrom(rootOf(text)))
