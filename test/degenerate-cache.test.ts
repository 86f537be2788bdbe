import { describe, expect, test } from 'vitest'
import { expectDoubtOfTheDying } from './dying.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { DegenerateId } from '../mocks/degenerate.ts'
import { degenerateTargets } from '../mocks/degenerate.ts'
import { makeTokenCache } from '../mocks/token-cache/cache.ts'
import type { Wire } from '../protocols/wire.ts'
import { textResponse } from '../protocols/wire.ts'
import { cacheChecks } from '../suites/token-cache/index.ts'
import type { SuspectCache } from './cache-proving-ground.ts'
import { cacheVerdictsOn } from './cache-proving-ground.ts'

const keyring = await makeKeyring()
const says =
  (answer: object): Wire =>
  async () =>
    textResponse(200, JSON.stringify(answer), [['content-type', 'application/json']])

describe.for(['direct', 'https'] as const)('over the %s wire', (transport) => {
  test.for(Object.keys(degenerateTargets) as DegenerateId[])('%s never passes a check', async (id) => {
    const wire: Wire = degenerateTargets[id]
    const suspect = { open: () => ({ wire }), profile: { requestMs: 100 } }
    const verdicts = await cacheVerdictsOn(suspect, { keyring, seed: 1, transport, checkMs: 2_000 })
    expect(verdicts.map(({ status }) => status)).toEqual(verdicts.map(() => 'inconclusive'))
  })

  test.for(cacheChecks)('$id never passes a target that dies on the way', { timeout: 120_000 }, async (check) => {
    const judgedOn = async (around: (cache: Wire) => Wire) => {
      /** A second installation dies with the first. */
      const asked: { wire?: Wire } = {}
      const living = around((request, signal) => (asked.wire ?? says({}))(request, signal))
      const open: SuspectCache['open'] = (provision, io) => {
        const cache = makeTokenCache(provision, io)
        const wire: Wire = (request, signal) => {
          asked.wire = cache.wire
          return living(request, signal)
        }
        return { ...cache, wire }
      }
      const trial = { keyring, seed: 1, transport, chosen: [check], runs: 5 }
      return (await cacheVerdictsOn({ open, profile: { requestMs: 2_000 } }, trial))[0]?.status
    }
    await expectDoubtOfTheDying(judgedOn)
  })
})

test.for([{ outcome: 'data' }, { outcome: 'no-token', trustUrl: 'https://broker.test/' }, { outcome: 'failed' }])(
  'one that always says $outcome never passes a check',
  async (answer) => {
    const wire = says(answer)
    const suspect = { open: () => ({ wire }), profile: { requestMs: 1_000 } }
    const verdicts = await cacheVerdictsOn(suspect, { keyring, seed: 1, runs: 5 })
    expect(verdicts.filter(({ status }) => status === 'pass').map(({ check }) => check)).toEqual([])
  },
)
