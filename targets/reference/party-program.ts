import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { PartyProvision } from '../../fixtures/world/party-provision.ts'
import { httpsWire } from '../../harness/wire/https.ts'
import { serve } from '../../harness/wire/serve.ts'
import { honestParty } from '../../mocks/relying-party/policies.ts'
import { makeRelyingParty } from '../../mocks/relying-party/relying-party.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'

/**
 * The reference relying party as a program of its own: a clock that is moved by `POST /control/clock`, and metadata that are read again
 * by `POST /control/metadata`.
 */
const text = { type: 'string', default: '' } as const
const { values } = parseArgs({ options: { provision: text, port: text, cert: text, key: text, ca: text } })
const read = (file: string) => readFileSync(file, 'utf8')
const clock = { offset: 0, now: () => Date.now() + clock.offset }
const party = makeRelyingParty(JSON.parse(read(values.provision)) as PartyProvision, {
  origin: `https://127.0.0.1:${values.port}`,
  wire: httpsWire({ ca: [read(values.ca)] }),
  clock,
  policies: honestParty,
})

const controlled: Wire = async (request, signal) => {
  const control = request.method === 'POST' ? request.rawPath : ''
  if (control === '/control/clock') {
    clock.offset = (JSON.parse(textOf(request)) as { now: number }).now - Date.now()
    return textResponse(200, 'moved')
  }
  if (control !== '/control/metadata') return party.wire(request, signal)
  await party.refreshMetadata()
  return textResponse(200, 'read')
}

const served = await serve(
  controlled,
  { cert: read(values.cert), key: read(values.key) },
  { port: Number(values.port) },
)
process.once('SIGTERM', () => void served.close().then(() => process.exit(0)))
