import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { nearClient, unknownClient } from '../suites/broker/token/client.ts'
import { onlyAfterValidation } from '../suites/broker/token/secret.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()

test('a grant that is asked for as a client of another check is seen by the check whose code is in it', async () => {
  const chosen = [unknownClient, nearClient, onlyAfterValidation]
  const suspect = faulty('broker.redeems-for-strangers-as-first-client')
  const verdicts = await verdictsOn(suspect, { keyring, seed: 1, chosen, runs: 4 })
  expect(verdicts.slice(0, 3).map((verdict) => 'signature' in verdict && verdict.signature)).toEqual([
    'token.unknown-client/token',
    'token.unknown-client/granted',
    'token.secret-only-after-validation/secret-used',
  ])
})
