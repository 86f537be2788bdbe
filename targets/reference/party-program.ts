import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { PartyProvision } from '../../fixtures/world/party-provision.ts'
import { httpsWire } from '../../harness/wire/https.ts'
import { honestParty } from '../../mocks/relying-party/policies.ts'
import { makeRelyingParty } from '../../mocks/relying-party/relying-party.ts'
import { controlled, movedClock, serveUntilStopped } from './controlled.ts'

/**
 * The reference relying party as a program of its own: a clock that is moved by `POST /control/clock`, and metadata that are read again
 * by `POST /control/metadata`.
 */
const text = { type: 'string', default: '' } as const
const { values } = parseArgs({ options: { provision: text, port: text, cert: text, key: text, ca: text } })
const read = (file: string) => readFileSync(file, 'utf8')
const clock = movedClock()
const party = makeRelyingParty(JSON.parse(read(values.provision)) as PartyProvision, {
  origin: `https://127.0.0.1:${values.port}`,
  wire: httpsWire({ ca: [read(values.ca)] }),
  clock,
  policies: honestParty,
})

const orders = {
  async 'POST /control/metadata'() {
    await party.refreshMetadata()
    return 'read'
  },
}
await serveUntilStopped([controlled(party.wire, clock, orders)], [Number(values.port)], values)
