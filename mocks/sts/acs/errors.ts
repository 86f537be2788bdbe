import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Acs } from './state.ts'

/** How the service says no: the OAuth error, its number at ACS and at Entra ID, and what is not the default. */
export type Refusal = { error: string; acs: number; aadsts: number; says: string; status?: 401 }

/** A rule of an endpoint: what is refused unless it holds. */
export type Guard<Asked> = Refusal & { unless: (asked: Asked) => boolean }

/**
 * Answers a refusal as JSON with its ids and the time in the description, 400 unless it says otherwise. Numbers 50012,
 * 90004 and 90011 are on record; those of the grants are Entra ID's, under the prefix of ACS.
 *
 * @see RFC 6749 section 5.2
 */
export const refuse = ({ entra, errorNumbers }: Acs, { error, acs, aadsts, says, status }: Refusal) => {
  const timestamp = `${new Date(entra.clock.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const lines = [
    `${errorNumbers === 'acs' ? `ACS${acs}` : `AADSTS${aadsts}`}: ${says}`,
    `Trace ID: ${randomUUID()}`,
    `Correlation ID: ${randomUUID()}`,
    `Timestamp: ${timestamp}`,
  ]
  return HttpResponse.json(
    { error, error_description: lines.join('\r\n') },
    { status: status ?? 400, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } },
  )
}
