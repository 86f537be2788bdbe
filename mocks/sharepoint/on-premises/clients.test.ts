import { exportPKCS8 } from 'jose'
import { getAuth } from 'node-sp-auth'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { textOf } from '../../../protocols/wire.ts'
import { serveOpened } from '../../../test/serve-opened.ts'
import { trustCertificates } from './trust.ts'
import { farmsUnderTest } from './under-test.ts'

let ground: ReturnType<typeof farmsUnderTest>
let key: string
let close: () => Promise<void>

beforeAll(async () => {
  const [adfs, farm, app] = await Promise.all([makeKeySet(), makeKeySet(), makeKeySet(true)])
  ;({ opened: ground, close } = await serveOpened((origin) => farmsUnderTest({ adfs, farm, app }, origin)))
  ground.clock.time = Date.now()
  trustCertificates(ground.onPremises, ground.farm, [ground.certificate])
  key = join(mkdtempSync(join(tmpdir(), 'high-trust-')), 'key.pem')
  writeFileSync(key, await exportPKCS8(app.privateKey))
})
afterAll(() => close())

/** Who the farm takes for the caller that these headers come from. */
const callerBy = async (headers: Record<string, unknown>) => {
  const { wire, origin, farm } = ground
  const rawPath = `/${farm.realm}/_api/web/currentuser`
  const response = await wire({ method: 'GET', origin, rawPath, headers: Object.entries(headers) as Pairs })
  return [response.status, response.status === 200 ? (JSON.parse(textOf(response)) as object) : undefined]
}

test('node-sp-auth signs in at AD FS, and has a session of its user at the farm', async () => {
  const { origin, farm, user } = ground
  const { headers } = await getAuth(`${origin}/${farm.realm}`, {
    username: user.name,
    password: user.password,
    relyingParty: 'urn:sharepoint:farm',
    adfsUrl: origin,
  })
  expect(await callerBy(headers)).toEqual([200, expect.objectContaining({ Title: user.displayName })])
})

test('node-sp-auth calls as the app alone, by tokens that it signs itself', async () => {
  const { origin, farm, x5t } = ground
  const options = { realm: farm.realm, issuerId: farm.issuer, rsaPrivateKeyPath: key, shaThumbprint: x5t }
  const { headers } = await getAuth(`${origin}/${farm.realm}`, { ...options, clientId: farm.app.id })
  expect(await callerBy(headers)).toEqual([200, expect.objectContaining({ Title: 'SharePoint App' })])
})
