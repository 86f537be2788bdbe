import { setImmediate } from 'node:timers/promises'
import type { Wire } from '../../protocols/wire.ts'

/**
 * The direct form of a wire: routes by origin, without sockets. An origin that nobody has is a broken connection. Each request waits for
 * its turn, as on a socket: many that were answered in a row would leave no time to what is signed elsewhere, nor to its time limit.
 */
export const route =
  (wires: Readonly<Record<string, Wire>>): Wire =>
  async (request, signal) => {
    const wire = wires[request.origin]
    if (wire === undefined) throw new Error(`connection refused: nobody is at ${request.origin}`)
    await setImmediate()
    return wire(request, signal)
  }
