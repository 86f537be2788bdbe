import { describe, expect, test } from 'vitest'
import { expectDoubtOfTheDying } from './dying.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { DegenerateId } from '../mocks/degenerate.ts'
import { degenerateTargets } from '../mocks/degenerate.ts'
import type { PartyDefinition } from '../harness/target/relying-party.ts'
import type { Wire } from '../protocols/wire.ts'
import { partyChecks } from '../suites/relying-party/index.ts'
import { referenceParty } from '../targets/reference/relying-party.ts'
import { partyVerdictsOn } from './party-proving-ground.ts'
import { shareOf } from './share.ts'

const keyring = await makeKeyring()
const { attach } = referenceParty()

/** The reference party, whose wire is wrapped. */
const opened = (around: (wire: Wire) => Wire): Partial<PartyDefinition> => ({
  attach: {
    async open(provision, io) {
      if (!('open' in attach)) throw new TypeError('the reference party is opened in this process')
      const running = await attach.open(provision, io)
      return { ...running, wire: around(running.wire) }
    },
  },
})

describe.for(['direct', 'https'] as const)('over the %s wire', (transport) => {
  test.for(Object.keys(degenerateTargets) as DegenerateId[])(
    'a party that %s never passes a check, and never makes us hang',
    { timeout: 120_000 },
    async (id) => {
      const wire: Wire = degenerateTargets[id]
      const open = () => ({ wire, refreshMetadata: async () => undefined })
      const verdicts = await partyVerdictsOn(
        { file: { attach: { open } }, requestMs: 100 },
        { keyring, seed: 1, transport, checkMs: 2_000 },
      )
      expect(verdicts.filter(({ status }) => status !== 'inconclusive')).toEqual([])
    },
  )

  const tried = partyChecks.filter((_, index) => index % (transport === 'direct' ? 1 : shareOf(1, 4)) === 0)
  test.for(tried)('$id never passes a party that dies on the way', { timeout: 120_000 }, async (check) => {
    const judgedOn = async (around: (wire: Wire) => Wire) =>
      (
        await partyVerdictsOn(
          { file: opened(around), requestMs: 2_000 },
          { keyring, seed: 1, transport, chosen: [check], runs: 5 },
        )
      )[0]?.status
    await expectDoubtOfTheDying(judgedOn)
  })
})
