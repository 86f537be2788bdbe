import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import { httpsWire } from '../../harness/wire/https.ts'
import { serve } from '../../harness/wire/serve.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import { faulty } from '../../mocks/faults/catalogue.ts'
import { makeTokenCache } from '../../mocks/token-cache/cache.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'

/**
 * The reference token cache as a program of its own, with a clock that is moved by `POST /control/clock`. Its TLS is that of the
 * arguments, and its key of high trust is made at each start, so that every start is an installation.
 */
const { values } = parseArgs({
  options: {
    provision: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    ca: { type: 'string', default: '' },
    fault: { type: 'string' },
  },
})
const clock = { offset: 0, now: () => Date.now() + clock.offset }
const { cache, highTrust } = values.fault === undefined ? {} : faulty(values.fault as FaultId)
const { wire } = makeTokenCache(JSON.parse(readFileSync(values.provision, 'utf8')) as CacheProvision, {
  origin: `https://127.0.0.1:${values.port}`,
  clock,
  wire: httpsWire({ ca: [readFileSync(values.ca, 'utf8')] }),
  ...(cache && { cache }),
  ...(highTrust && { highTrust }),
})

const controlled: Wire = async (request, signal) => {
  if (request.method !== 'POST' || request.rawPath !== '/control/clock') return wire(request, signal)
  const { now } = JSON.parse(textOf(request)) as { now: number }
  clock.offset = now - Date.now()
  return textResponse(200, 'moved')
}

const identity = { cert: readFileSync(values.cert, 'utf8'), key: readFileSync(values.key, 'utf8') }
const served = await serve(controlled, identity, { port: Number(values.port) })
process.once('SIGTERM', () => void served.close().then(() => process.exit(0)))
