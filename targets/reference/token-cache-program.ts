import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import { httpsWire } from '../../harness/wire/https.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import { faulty } from '../../mocks/faults/catalogue.ts'
import { makeTokenCache } from '../../mocks/token-cache/cache.ts'
import { controlled, movedClock, serveUntilStopped } from './controlled.ts'

/**
 * The reference token cache as a program of its own, with a clock that is moved by `POST /control/clock`. Its TLS is that of the
 * arguments, and its key of high trust is made at each start, so that every start is an installation.
 */
const text = { type: 'string', default: '' } as const
const { values } = parseArgs({
  options: { provision: text, port: text, cert: text, key: text, ca: text, fault: { type: 'string' } },
})
const clock = movedClock()
const { cache, highTrust } = values.fault === undefined ? {} : faulty(values.fault as FaultId)
const { wire } = makeTokenCache(JSON.parse(readFileSync(values.provision, 'utf8')) as CacheProvision, {
  origin: `https://127.0.0.1:${values.port}`,
  clock,
  wire: httpsWire({ ca: [readFileSync(values.ca, 'utf8')] }),
  ...(cache && { cache }),
  ...(highTrust && { highTrust }),
})

await serveUntilStopped([controlled(wire, clock)], [Number(values.port)], values)
