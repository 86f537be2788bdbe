import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Provision } from '../../fixtures/world/provision.ts'
import { httpsWire } from '../../harness/wire/https.ts'
import { makeSigning } from '../../mocks/broker/signing.ts'
import type { StorePolicies } from '../../mocks/broker/store-policies.ts'
import { honestStore } from '../../mocks/broker/store-policies.ts'
import { makeStoredBroker } from '../../mocks/broker/stored.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import { faulty } from '../../mocks/faults/catalogue.ts'
import { controlled, movedClock, serveUntilStopped } from './controlled.ts'

/**
 * The reference broker as a program of its own: a node on each port, a clock that is moved by `POST /control/clock`, and a
 * signing key that is replaced by `POST /control/rotate`. Its database lies in a folder of its own beside the key that encrypts it, is
 * shown by `GET /control/dump`, and is there again after a restart; its log is what it prints.
 */
const text = { type: 'string', default: '' } as const
const { values } = parseArgs({
  options: { provision: text, ports: text, cert: text, key: text, ca: text, store: text, fault: { type: 'string' } },
})
const ports = values.ports.split(',').map(Number)
const clock = movedClock()
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

const orders = {
  async 'POST /control/rotate'() {
    await signing.rotate()
    return 'rotated'
  },
  'GET /control/dump': () => broker.storage(),
}
const nodes = broker.nodes.map((node) => controlled(node, clock, orders))
await serveUntilStopped(nodes, ports, values)
