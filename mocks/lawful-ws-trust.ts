import type { Wire, WireResponse } from '../protocols/wire.ts'
import { headerOf, textOf } from '../protocols/wire.ts'
import { readAnswer } from '../protocols/ws-trust/answer.ts'
import { namespaces } from '../protocols/xml/namespaces.ts'
import type { LawfulVariant } from './lawful-variants.ts'

/** A broker whose SOAP answers are changed on their way out. */
const answering =
  (change: (response: WireResponse) => WireResponse) =>
  (broker: Wire): Wire =>
  async (request, signal) => {
    const response = await broker(request, signal)
    return /soap/.test(headerOf(response.headers, 'content-type') ?? '') ? change(response) : response
  }

const withText = (response: WireResponse, change: (text: string) => string): WireResponse => ({
  ...response,
  body: new TextEncoder().encode(change(textOf(response))),
})

/** A fault of SOAP 1.1, whose reason is text without markup. */
const fault11 = (text: string): string => {
  const read = readAnswer(text)
  if (read.is !== 'fault') return text.replaceAll(namespaces.soap12, namespaces.soap11)
  const reason = read.fault.reason.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<s:Envelope xmlns:s="${namespaces.soap11}"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>${reason}</faultstring></s:Fault></s:Body></s:Envelope>`
}

const both = ['k2trust', 'oauth2'] as const

/** What a broker is free to do over WS-Trust. */
export const wsTrustVariants = {
  'faults-with-400': {
    does: 'answers a refused token request with status 400',
    under: both,
    around: answering((response) => (response.status === 500 ? { ...response, status: 400 } : response)),
  },
  'answers-in-soap-1.1': {
    does: 'answers token requests in SOAP 1.1, as text/xml',
    under: both,
    around: answering((response) => ({
      ...withText(response, fault11),
      headers: [['content-type', 'text/xml; charset=utf-8']],
    })),
  },
  'answers-without-soap-headers': {
    does: 'puts no headers into its SOAP answers',
    under: both,
    around: answering((response) => withText(response, (text) => text.replace(/<s:Header>.*<\/s:Header>/s, ''))),
  },
} as const satisfies Record<string, LawfulVariant>
