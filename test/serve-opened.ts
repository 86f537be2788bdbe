import { makeAuthority } from '../fixtures/world/authority.ts'
import { serve } from '../harness/wire/serve.ts'
import type { Wire } from '../protocols/wire.ts'

/** Serves over HTTPS on localhost what is opened for its own origin; `certificate` is that of who vouches for it. */
export const serveOpened = async <Opened extends { wire: Wire }>(
  open: (origin: string) => Opened,
): Promise<{ opened: Opened; certificate: string; close(): Promise<void> }> => {
  const authority = await makeAuthority()
  const late: { wire?: Wire } = {}
  const { port, close } = await serve(
    async (request, signal) => {
      if (late.wire === undefined) throw new Error('not open yet')
      return late.wire(request, signal)
    },
    await authority.issue(['localhost']),
  )
  const opened = open(`https://localhost:${port}`)
  late.wire = opened.wire
  return { opened, certificate: authority.certificate, close }
}
