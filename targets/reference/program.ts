import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Provision } from '../../fixtures/world/provision.ts'
import { serve } from '../../harness/wire/serve.ts'
import { makeBroker } from '../../mocks/broker/broker.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import { faulty } from '../../mocks/faults/catalogue.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'

/** The reference broker as a program of its own, whose clock is moved by `POST /control/clock`. */
const { values } = parseArgs({
  options: {
    provision: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    fault: { type: 'string' },
  },
})
const origin = `https://127.0.0.1:${values.port}`
const clock = { offset: 0, now: () => Date.now() + clock.offset }
const policies = values.fault === undefined ? {} : { policies: faulty(values.fault as FaultId) }
const broker = makeBroker(JSON.parse(readFileSync(values.provision, 'utf8')) as Provision, {
  origin,
  clock,
  ...policies,
})

const controlled: Wire = async (request, signal) => {
  if (request.method !== 'POST' || request.rawPath !== '/control/clock') return broker(request, signal)
  const { now } = JSON.parse(textOf(request)) as { now: number }
  clock.offset = now - Date.now()
  return textResponse(200, 'moved')
}

const served = await serve(
  controlled,
  { cert: readFileSync(values.cert, 'utf8'), key: readFileSync(values.key, 'utf8') },
  { port: Number(values.port) },
)
process.once('SIGTERM', () => void served.close().then(() => process.exit(0)))
