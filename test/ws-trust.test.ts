import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { DialectChoice } from '../harness/dialects/resolve.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { brokerChecks as checks } from '../suites/index.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const chosen = checks.filter(({ id }) => id.startsWith('sign-in.ws-trust.'))
const statusesOf = async (dialect: DialectChoice) =>
  (await verdictsOn({ dialect }, { keyring, seed: 1, chosen, runs: 20 }))
    .filter(({ check }) => check.startsWith('sign-in.ws-trust.'))
    .map(({ status }) => status)

test('the same is judged in the older edition of WS-Trust', async () => {
  expect(await statusesOf({ extends: 'k2trust', trustVersion: '2005/02' })).toEqual(chosen.map(() => 'pass'))
})

test('a dialect that has no WS-Trust, or another path for it, passes nothing', async () => {
  expect(await statusesOf({ extends: 'k2trust', issue: null })).toEqual(chosen.map(() => 'not-applicable'))
  const elsewhere = { extends: 'k2trust', paths: { trust: '/elsewhere' } } as const
  expect(await statusesOf(elsewhere)).toEqual(chosen.map(() => 'inconclusive'))
})

test.each([
  'broker.issues-whatever-is-requested',
  'broker.takes-beginning-of-applies-to',
  'broker.issues-for-anyone-to-dated-requests',
] as const)('no example finds %s', async (fault) => {
  const verdicts = await verdictsOn(faulty(fault), { keyring, seed: 1, chosen, runs: 0 })
  expect(verdicts.filter(({ status }) => status === 'fail')).toEqual([])
})
