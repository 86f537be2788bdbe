import type { Wire } from '../../protocols/wire.ts'

/** The direct form of a wire: routes by origin, without sockets. An origin that nobody has is a broken connection. */
export const route =
  (wires: Readonly<Record<string, Wire>>): Wire =>
  async (request, signal) => {
    const wire = wires[request.origin]
    if (wire === undefined) throw new Error(`connection refused: nobody is at ${request.origin}`)
    return wire(request, signal)
  }
