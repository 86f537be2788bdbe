import { expect, test } from 'vitest'
import { makeKeySet } from '../../fixtures/world/keys.ts'
import { encodeForm } from '../../protocols/form.ts'
import { principalOf, sharePointResourceOf } from '../../protocols/acs/names.ts'
import { acsUnderTest } from './acs/under-test.ts'

const keys = await makeKeySet()

/** A service that answers late, and a grant that is asked for at it. */
const open = () => {
  const { wire, acs, realm, client, origin, misbehave, away } = acsUnderTest(keys)
  misbehave('sts.answers-late')
  const form = {
    grant_type: 'client_credentials',
    client_id: principalOf(client.id, realm.id),
    client_secret: client.secret,
    resource: sharePointResourceOf(client.resource, realm.id),
  }
  const asks = () =>
    wire({
      method: 'POST',
      origin,
      rawPath: `/${realm.id}/tokens/OAuth/2`,
      headers: [],
      body: new TextEncoder().encode(encodeForm(Object.entries(form))),
    })
  return { acs, realm, away, asks, misbehave }
}

test('an answer is held back until it is let go, and then it is the same', async () => {
  const { acs, realm, asks, misbehave } = open()
  const settled: number[] = []
  const both = Promise.all([asks(), asks()].map((one) => one.then(({ status }) => settled.push(status))))
  await acs.entra.held.arrives([realm.id])
  expect(settled).toEqual([])
  misbehave()
  acs.entra.held.release(realm.id)
  await both
  expect(settled).toEqual([200, 200])
})

test('another realm lets nothing go, and is not told of anything', async () => {
  const { acs, realm, away, asks, misbehave } = open()
  const told: string[] = []
  void acs.entra.held.arrives([away.id]).then(() => told.push(away.id))
  const answer = asks()
  await acs.entra.held.arrives([realm.id, away.id])
  acs.entra.held.release(away.id)
  misbehave()
  expect([(await asks()).status, told]).toEqual([200, []])
  acs.entra.held.release(realm.id)
  expect((await answer).status).toBe(200)
})
