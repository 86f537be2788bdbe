import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { anyHistory } from '../suites/broker/history/history.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()

test('the honest reference does what the model predicts in a thousand histories', async () => {
  const [verdict] = await verdictsOn({}, { keyring, seed: 11, chosen: [anyHistory], runs: 2_000, checkMs: 280_000 })
  expect(verdict).toMatchObject({ status: 'pass', cases: 1_000 })
})

test('what breaks it is told as a short story', async () => {
  const fault = faulty('broker.shares-sessions-among-tenants')
  const [verdict] = await verdictsOn(fault, { keyring, seed: 1, chosen: [anyHistory], shrinks: 300 })
  const story = verdict?.status === 'fail' ? JSON.parse(JSON.stringify(verdict.counterexample?.value)) : undefined
  expect(verdict).toMatchObject({ status: 'fail', signature: 'realm.no-interference/another-user' })
  expect(story.length).toBeLessThanOrEqual(8)
  for (const sentence of story) expect(sentence).toMatch(/^(the (first|second) user|a user|client|browser) [^{}]*$/)
})
