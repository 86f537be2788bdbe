import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { brokerChecks as checks } from '../suites/index.ts'
import { checksClaiming, faultIds } from './kill-matrix.ts'
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

test.for(['honest', ...faultIds.filter((_, index) => index % shareOf(6, 16) === 0)] as const)(
  '%s gets the same verdicts over both wires',
  async (id) => {
    const decisions = id === 'honest' ? {} : faulty(id)
    const chosen = id === 'honest' ? checks : checksClaiming(id)
    const over = async (transport: 'direct' | 'https') =>
      (await verdictsOn(decisions, { keyring, seed: 7, transport, shrinks: 50, chosen })).map(essence)
    expect(await over('https')).toEqual(await over('direct'))
  },
)
