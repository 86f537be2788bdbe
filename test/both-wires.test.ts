import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { brokerChecks } from '../suites/index.ts'
import { cacheVerdictsOn } from './cache-proving-ground.ts'
import { partyVerdictsOn } from './party-proving-ground.ts'
import { checksClaiming, faultIds, verdictsWith } from './kill-matrix.ts'
import { verdictsOn } from './proving-ground.ts'
import { shareOf } from './share.ts'

const keyring = await makeKeyring()
/** Everything of a verdict that must not depend on the wire; origins differ, and so does the time it took. */
const essence = ({ check, status, ...rest }: Verdict) => ({
  check,
  status,
  ...('signature' in rest && { signature: rest.signature }),
  ...('counterexample' in rest && { counterexample: rest.counterexample }),
  ...('cases' in rest && { cases: rest.cases }),
})

/** The same without how it was found: when a grant comes for which nobody waits is the wire's, in its own case or after all of them. */
const finding = ({ check, status, ...rest }: Verdict) => ({
  check,
  status,
  ...('signature' in rest && { signature: rest.signature }),
})

test.for([
  'honest',
  'honest party',
  'honest cache',
  ...faultIds.filter((_, index) => index % shareOf(6, 24) === 0),
] as const)('%s gets the same verdicts over both wires', async (id) => {
  const over = (transport: 'direct' | 'https') => {
    const trial = { keyring, seed: 7, transport, shrinks: 50 }
    return id === 'honest'
      ? verdictsOn({}, { ...trial, chosen: brokerChecks, runs: shareOf(100, 5) })
      : id === 'honest party'
        ? partyVerdictsOn({}, { ...trial, runs: shareOf(20, 5) })
        : id === 'honest cache'
          ? cacheVerdictsOn({}, { ...trial, runs: shareOf(20, 5) })
          : verdictsWith(id, { ...trial, chosen: checksClaiming(id) })
  }
  const told: (verdict: Verdict) => object = id.endsWith('-without-awaiting') ? finding : essence
  const [direct, https] = [await over('direct'), await over('https')]
  expect(https.map(told)).toEqual(direct.map(told))
})
