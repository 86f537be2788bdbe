import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Provision } from '../../fixtures/world/provision.ts'
import { httpsWire } from '../../harness/wire/https.ts'
import { serve } from '../../harness/wire/serve.ts'
import { makeSigning } from '../../mocks/broker/signing.ts'
import type { StorePolicies } from '../../mocks/broker/store-policies.ts'
import { honestStore } from '../../mocks/broker/store-policies.ts'
import { makeStoredBroker } from '../../mocks/broker/stored.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import { faulty } from '../../mocks/faults/catalogue.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'

/**
 * The reference broker as a program of its own: a node on each port, a clock that is moved by `POST /control/clock`, and a
 * signing key that is replaced by `POST /control/rotate`. Its database lies in a folder of its own beside the key that encrypts it, is
 * shown by `GET /control/dump`, and is there again after a restart; its log is what it prints.
 */
const { values } = parseArgs({
  options: {
    provision: { type: 'string', default: '' },
    ports: { type: 'string', default: '0' },
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    ca: { type: 'string', default: '' },
    store: { type: 'string', default: '' },
    fault: { type: 'string' },
  },
})
const ports = values.ports.split(',').map(Number)
const clock = { offset: 0, now: () => Date.now() + clock.offset }
const signing = makeSigning('127.0.0.1')
/** The key of the database, made when it is first wanted. */
const keyIn = (folder: string): Buffer => {
  const path = join(folder, 'store.key')
  if (!existsSync(path)) writeFileSync(path, randomBytes(32), { mode: 0o600 })
  return readFileSync(path)
}
const decisions = values.fault === undefined ? {} : faulty(values.fault as FaultId)
const stores = decisions.store ?? honestStore
const printing: StorePolicies = {
  ...stores,
  logs(happening) {
    const line = stores.logs(happening)
    if (line !== undefined) console.log(line)
    return line
  },
}
const broker = makeStoredBroker(
  JSON.parse(readFileSync(values.provision, 'utf8')) as Provision,
  {
    origin: `https://127.0.0.1:${ports[0]}`,
    clock,
    signing,
    wire: httpsWire({ ca: [readFileSync(values.ca, 'utf8')] }),
    ...decisions,
    store: printing,
  },
  ports.length,
  values.store === '' ? undefined : { file: join(values.store, 'store.db'), key: keyIn(values.store) },
)

const controlled =
  (node: Wire): Wire =>
  async (request, signal) => {
    if (request.method === 'POST' && request.rawPath === '/control/rotate') {
      await signing.rotate()
      return textResponse(200, 'rotated')
    }
    if (request.method === 'GET' && request.rawPath === '/control/dump') return textResponse(200, broker.storage())
    if (request.method !== 'POST' || request.rawPath !== '/control/clock') return node(request, signal)
    const { now } = JSON.parse(textOf(request)) as { now: number }
    clock.offset = now - Date.now()
    return textResponse(200, 'moved')
  }

const identity = { cert: readFileSync(values.cert, 'utf8'), key: readFileSync(values.key, 'utf8') }
const served = await Promise.all(
  broker.nodes.map((node, index) => serve(controlled(node), identity, { port: ports[index] ?? 0 })),
)
process.once('SIGTERM', () => void Promise.all(served.map((one) => one.close())).then(() => process.exit(0)))
