import type { Wire } from '../../protocols/wire.ts'
import type { ClockDriver } from './universe-clock.ts'

/**
 * Moves a target's clock by `POST {path}` with the JSON body `{"now": <ms since 1970>}` on the control plane; any 2xx is
 * consent.
 */
export const httpClockDriver =
  (wire: Wire, origin: string, path: string): ClockDriver =>
  async (now) => {
    const { status } = await wire({
      method: 'POST',
      origin,
      rawPath: path,
      headers: [['content-type', 'application/json']],
      body: new TextEncoder().encode(JSON.stringify({ now })),
    })
    if (status < 200 || status > 299) throw new Error(`the clock at ${origin}${path} answered ${status}`)
  }
