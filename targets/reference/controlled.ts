import { readFileSync } from 'node:fs'
import { serve } from '../../harness/wire/serve.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'

/** The clock of a program, which `POST /control/clock` moves: the time of this machine and an offset, in ms. */
export const movedClock = () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset }
  return clock
}

/** What is done on the control plane, by method and path, and what is answered to it. */
type Orders = Readonly<Record<string, () => Promise<string> | string>>

/** A wire before which there is a control plane: that of the clock, and the orders of the program. */
export const controlled =
  (wire: Wire, clock: { offset: number }, orders: Orders = {}): Wire =>
  async (request, signal) => {
    const asked = `${request.method} ${request.rawPath}`
    if (asked === 'POST /control/clock') {
      clock.offset = (JSON.parse(textOf(request)) as { now: number }).now - Date.now()
      return textResponse(200, 'moved')
    }
    const order = orders[asked]
    return order ? textResponse(200, await order()) : wire(request, signal)
  }

/** Serves wires over HTTPS, each at its port, until SIGTERM. */
export const serveUntilStopped = async (
  wires: readonly Wire[],
  ports: readonly number[],
  files: { cert: string; key: string },
): Promise<void> => {
  const identity = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
  const served = await Promise.all(wires.map((wire, index) => serve(wire, identity, { port: ports[index] ?? 0 })))
  process.once('SIGTERM', () => void Promise.all(served.map((one) => one.close())).then(() => process.exit(0)))
}
