import type { WireRequest } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import { readResult } from '../../protocols/ws-federation/result.ts'
import { writeTokenRequest } from '../../protocols/ws-trust/request.ts'
import type { Exchange } from '../record/exchange.ts'
import type { Dialect, Endpoints, IssueInput, Outcome } from './dialect.ts'

const soap = 'application/soap+xml; charset=utf-8'

/** A token request in SOAP 1.2 with its token in the security header (WS-Trust 1.3 section 3.1; WSS SAML Token Profile). */
export const issueRequest = (
  { realm, token, ...more }: IssueInput,
  { target, paths }: Endpoints,
  { trustVersion }: Pick<Dialect, 'trustVersion'>,
): WireRequest => ({
  method: 'POST',
  origin: target,
  rawPath: paths.trust,
  headers: [
    ['accept', 'application/soap+xml, text/xml'],
    ['content-type', soap],
  ],
  body: new TextEncoder().encode(
    writeTokenRequest({
      ...more,
      dialect: trustVersion,
      to: target + paths.trust,
      appliesTo: realm,
      credential: { is: 'token', token },
    }),
  ),
})

/**
 * Reads the answer to a token request: what brings a token is one, whatever its status; a fault, or a status of 400 or more,
 * is a refusal. The body of the outcome is the text of the answer.
 */
export const readIssue = (hops: readonly Exchange[]): Outcome => {
  const { response } = hops.at(-1) ?? {}
  if (response === undefined) return { is: 'unreadable', why: 'there was no answer' }
  const text = textOf(response)
  const read = readResult(text)
  if (read.is === 'response') return { is: 'token', body: text }
  if (read.is === 'fault') return { is: 'refusal', text: read.fault.reason }
  return response.status >= 400
    ? { is: 'refusal', text }
    : { is: 'unreadable', why: `status ${response.status} with neither a token nor a fault: ${read.detail}` }
}
