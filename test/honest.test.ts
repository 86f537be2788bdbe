import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { cacheVerdictsOn } from './cache-proving-ground.ts'
import { notAs } from './judged.ts'
import { partyVerdictsOn } from './party-proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'
import type { BrokerSide } from './sides.ts'
import { shareOf } from './share.ts'
import { checksOf } from './sides.ts'

const keyring = await makeKeyring()
/** The sign-in side verifies signatures, and most of its checks are the same for every seed. */
const seeds: Record<BrokerSide, number> = {
  oauth: shareOf(20, 2),
  token: shareOf(10, 1),
  'sign-in': shareOf(5, 1),
  'app-only': shareOf(10, 1),
  store: shareOf(5, 1),
  registration: shareOf(5, 1),
}
const trials = (Object.keys(seeds) as BrokerSide[]).flatMap((side) =>
  Array.from({ length: seeds[side] }, (_, index) => ({ side, seed: index + 1 })),
)

test.for(trials)('the honest reference passes everything of its $side side, seed $seed', async ({ side, seed }) => {
  expect(notAs(await verdictsOn({}, { keyring, seed, chosen: checksOf(side) }), 'pass')).toEqual([])
})

const wires = [
  ...Array.from({ length: shareOf(3, 1) }, (_, index) => ['direct', index + 1] as const),
  ['https', 1] as const,
]

test.for(wires)('the honest relying party passes everything over the %s wire, seed %i', async ([transport, seed]) => {
  expect(notAs(await partyVerdictsOn({}, { keyring, seed, transport }), 'pass')).toEqual([])
})

test.for(wires)('the honest token cache passes everything over the %s wire, seed %i', async ([transport, seed]) => {
  expect(notAs(await cacheVerdictsOn({}, { keyring, seed, transport, runs: shareOf(50, 20) }), 'pass')).toEqual([])
})
