import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import { judge } from '../harness/judge/judge.ts'
import { readTarget } from '../harness/target/load.ts'
import { httpsWire } from '../harness/wire/https.ts'
import { openUniverse } from '../harness/universe.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import type { Wire } from '../protocols/wire.ts'
import { nearMiss } from '../suites/broker/authorize/near-miss.ts'
import { referenceBroker } from '../targets/reference/target.ts'

const cases = 2_000
const rounds = 3
const keyring = await makeKeyring()
const world = worldOf(1, [nearMiss], keyring)

const perSecond = async (count: number, body: () => Promise<unknown>) => {
  const began = performance.now()
  await body()
  return (count * 1000) / (performance.now() - began)
}

/** Near-miss cases a second through the judge, and bare requests a second over the same wire to the same target. */
const measure = async (transport: Transport) => {
  const bare: { wire?: Wire } = {}
  const definition = referenceBroker()
  const target = readTarget(
    {
      ...definition,
      attach: {
        open: (provision: Parameters<typeof makeBroker>[0], io: Parameters<typeof makeBroker>[1]) => ({
          wire: (bare.wire = makeBroker(provision, io)),
        }),
      },
    },
    'bench',
  )
  const universe = await openUniverse({ target, world, transport })
  const client = httpsWire({ ca: [keyring.ca.certificate] })
  const [refused] = world.slices[nearMiss.id]?.clients ?? []
  const request = {
    method: 'GET',
    origin: universe.at.target,
    rawPath: `${universe.at.paths.authorize}?client_id=${refused?.id}&redirect_uri=https%3A%2F%2Fstranger.test%2F`,
    headers: [],
  }
  const send = () => (transport === 'direct' ? bare.wire?.(request) : client(request))

  try {
    const results: { bare: number; judged: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      const bareRate = await perSecond(cases, async () => {
        for (let index = 0; index < cases; index += 1) await send()
      })
      const judged = await perSecond(cases, () => judge(nearMiss, universe, { seed: round, runs: cases }))
      results.push({ bare: bareRate, judged })
    }
    return (
      results.toSorted((one, other) => one.judged / one.bare - other.judged / other.bare)[Math.floor(rounds / 2)] ?? {
        bare: 0,
        judged: 0,
      }
    )
  } finally {
    await client.close()
    await universe.close()
  }
}

const direct = await measure('direct')
const https = await measure('https')
const line = (name: string, { bare, judged }: { bare: number; judged: number }) =>
  console.log(
    `${name.padEnd(8)} ${Math.round(judged)} near-miss cases/s, ${Math.round(bare)} bare requests/s, ratio ${(judged / bare).toFixed(2)} (a case is two requests: 0.50 is the limit)`,
  )
line('direct', direct)
line('https', https)
console.log(`direct is ${(direct.judged / https.judged).toFixed(2)} times as fast as https`)
