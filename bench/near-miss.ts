import { worldOf } from '../fixtures/world/world.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import { judge } from '../harness/judge/judge.ts'
import { httpsWire } from '../harness/wire/https.ts'
import type { Wire, WireRequest } from '../protocols/wire.ts'
import { nearMiss as check } from '../suites/broker/authorize/near-miss.ts'
import { openReference } from './check-set.ts'
import { inUnits, timeOf } from './compare.ts'
import type { Figure, Goal, Line } from './figure.ts'

const cases = 600

/**
 * Near-miss cases a second through the judge, over bare requests a second to the same broker on the same wire, one after
 * the other. In-process a case should cost no more than as much again as its requests, over HTTPS a quarter more.
 */
export const nearMiss: Figure = {
  name: 'near-miss',
  tells: 'near-miss cases a second, over bare requests a second',
  measure: async (keyring) => [
    await lineOf('direct', keyring, { atLeast: 0.25 }),
    await lineOf('https', keyring, { atLeast: 0.4 }),
  ],
}

const lineOf = async (name: Transport, keyring: Keyring, goal: Goal): Promise<Line> => {
  const world = worldOf(1, [check], keyring)
  const broker: { wire?: Wire } = {}
  const universe = await openReference(world, name, { around: (wire) => (broker.wire = wire) })
  const client = httpsWire({ ca: [keyring.ca.certificate] })
  const wire = name === 'direct' && broker.wire ? broker.wire : client
  const request: WireRequest = {
    method: 'GET',
    origin: universe.at.target,
    rawPath: `${universe.at.paths.authorize}?client_id=${world.slices[check.id]?.clients[0]?.id}&redirect_uri=https%3A%2F%2Fstranger.test%2F`,
    headers: [],
  }
  const bare = async () => {
    for (let index = 0; index < cases; index += 1) await wire(request)
  }
  const judged = async (seed: number) => {
    const { status } = await judge(check, universe, { seed, runs: cases })
    if (status !== 'pass') throw new Error(`${check.id}: ${status}`)
  }

  try {
    let seed = 0
    const { own } = await inUnits(4, () => timeOf(bare), { own: () => timeOf(() => judged((seed += 1))) })
    const requests = universe.transcript.inspected() / (seed * cases)
    const note = `a case is ${requests.toFixed(1)} requests: ${(1 / requests).toFixed(2)} is the limit`
    return { name, ratios: own.map((ratio) => 1 / ratio), goal, note }
  } finally {
    await Promise.all([client.close(), universe.close()])
  }
}
