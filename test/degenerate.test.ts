import { describe, expect, test } from 'vitest'
import { expectDoubtOfTheDying } from './dying.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import { makeSigning } from '../mocks/broker/signing.ts'
import { makeStoredBroker } from '../mocks/broker/stored.ts'
import type { DegenerateId } from '../mocks/degenerate.ts'
import { degenerateTargets } from '../mocks/degenerate.ts'
import type { Wire } from '../protocols/wire.ts'
import { brokerChecks as checks, invariants } from '../suites/index.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'
import { shareOf } from './share.ts'

const keyring = await makeKeyring()

describe.for(['direct', 'https'] as const)('over the %s wire', (transport) => {
  test.for(Object.keys(degenerateTargets) as DegenerateId[])(
    '%s never passes a check, and never makes us hang',
    async (id) => {
      const wire: Wire = degenerateTargets[id]
      const suspect = { open: () => ({ wire, nodes: [wire, wire] }), requestMs: id === 'hangs' ? 20 : 10_000 }
      const verdicts = await verdictsOn(suspect, { keyring, seed: 1, transport })
      const judged = verdicts.filter(({ check }) => !invariants.some((invariant) => invariant.id === check))
      expect(judged.map(({ check, status }) => [check, status])).toEqual(
        judged.map(({ check }) => [check, 'inconclusive']),
      )
    },
  )

  const tried = checks.filter((_, index) => index % (transport === 'direct' ? shareOf(1, 2) : shareOf(1, 8)) === 0)
  test.for(tried)('$id never passes a target that dies on the way', async (check) => {
    const judgedOn = async (around: (broker: Wire) => Wire) => {
      const open: Suspect['open'] = (provision, io) => {
        const signing = makeSigning('broker.test')
        const broker = makeStoredBroker(provision, { ...io, signing }, 1)
        const wire = around((...asked) => broker.nodes[0]?.(...asked) ?? Promise.reject(new TypeError('no node')))
        return { ...broker, wire, nodes: [wire, wire], rotateKey: signing.rotate }
      }
      const trial = { keyring, seed: 1, transport, chosen: [check], runs: 5 }
      return (await verdictsOn({ open, requestMs: 2_000 }, trial))[0]?.status
    }
    await expectDoubtOfTheDying(judgedOn)
  })
})
