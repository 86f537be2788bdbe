import { readFileSync } from 'node:fs'
import type { Provision } from '../../fixtures/world/provision.ts'
import { serve } from '../../harness/wire/serve.ts'
import { makeBroker } from '../../mocks/broker/broker.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textResponse } from '../../protocols/wire.ts'

const nobody: Wire = () => Promise.reject(new Error('no code is redeemed here'))

/** The reference broker behind a second origin of its own, to which it sends everybody who asks for authorization. */
export const twoOrigins = (provision: Provision, first: string, second: string): Record<'first' | 'second', Wire> => {
  const broker = makeBroker(provision, { origin: first, clock: { now: () => Date.now() }, wire: nobody })
  return {
    first: async (request, signal) =>
      request.rawPath.startsWith('/authorize/oauth/2/request')
        ? textResponse(302, '', [['location', second + request.rawPath]])
        : broker({ ...request, origin: first }, signal),
    second: (request, signal) => broker({ ...request, origin: first }, signal),
  }
}

if (import.meta.main) {
  const [provision = '', port = '', port2 = '', cert = '', key = ''] = process.argv.slice(2)
  const identity = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  const known = JSON.parse(readFileSync(provision, 'utf8')) as Provision
  const { first, second } = twoOrigins(known, `https://127.0.0.1:${port}`, `https://127.0.0.1:${port2}`)
  await serve(second, identity, { port: Number(port2) })
  await serve(first, identity, { port: Number(port) })
}
