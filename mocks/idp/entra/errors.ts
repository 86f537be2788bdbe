import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Refusal } from './guard.ts'
import { describe } from './guard.ts'
import type { Entra } from './state.ts'

/** The body of an error. `timestamp` is UTC to the second; the ids are for finding the request in the service's logs. */
export type ErrorBody = {
  error: string
  error_description: string
  error_codes: number[]
  timestamp: string
  trace_id: string
  correlation_id: string
  error_uri: string
  suberror?: string
}

/**
 * Answers a refusal as JSON: 400, or 401 where the client did not prove itself. Never with `WWW-Authenticate`, which the
 * service does not send either, and behind which clients would not see the body.
 *
 * @see Entra documentation, AADSTS error codes; RFC 6749 section 5.2
 */
export const refuse = ({ origin, clock }: Entra, refusal: Refusal, correlation = ''): HttpResponse<ErrorBody> => {
  const timestamp = `${new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const trace = randomUUID()
  const correlationId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(correlation) ? correlation : randomUUID()
  const lines = [describe(refusal), `Trace ID: ${trace}`, `Correlation ID: ${correlationId}`, `Timestamp: ${timestamp}`]
  return HttpResponse.json(
    {
      error: refusal.error,
      error_description: lines.join('\r\n'),
      error_codes: [refusal.code],
      timestamp,
      trace_id: trace,
      correlation_id: correlationId,
      error_uri: `${origin}/error?code=${refusal.code}`,
      ...(refusal.suberror !== undefined && { suberror: refusal.suberror }),
    },
    { status: refusal.status ?? 400, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } },
  )
}
