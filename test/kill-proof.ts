import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { FaultId } from '../mocks/faults/catalogue.ts'
import { sideOf } from '../mocks/faults/catalogue.ts'
import { checksClaiming, convictedByEach, faultIds, judges } from './kill-matrix.ts'
import { shareOf } from './share.ts'

/**
 * A hundred seeds for the authorize flow; on the other sides, whose tokens take milliseconds each to sign and verify, ten. In `npm test`
 * four, and one.
 */
const seedsFor = (fault: FaultId) =>
  Array.from({ length: sideOf(fault) === 'oauth' ? shareOf(100, 4) : shareOf(10, 1) }, (_, index) => index + 1)

/** The judges that claim a fault. */
export const claimsOn = (fault: FaultId): string[] =>
  judges.filter(({ kills }) => kills.includes(fault)).map(({ id }) => id)

/**
 * Proves every claim on every second fault, beginning with the first or the second: two files prove them side by side.
 */
export const proveKills = async (parity: 0 | 1): Promise<void> => {
  const keyring = await makeKeyring()
  const half = faultIds.filter((_, index) => index % 2 === parity)

  test.for(half)('%s is caught by every check that claims it, for all of its seeds', async (fault) => {
    const claimed = claimsOn(fault)
    for (const seed of seedsFor(fault)) {
      const by = await convictedByEach(fault, keyring, seed, checksClaiming(fault))
      expect([seed, claimed.filter((id) => !by.includes(id))]).toEqual([seed, []])
    }
  })
}
