import { createLocalJWKSet, errors, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { textOf } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import { forgedBy, keyTricks } from './key-tricks.ts'
import type { Entra } from './state.ts'
import { makeEntra } from './state.ts'

const { tenants } = slice(1, 'entra.key-tricks', {
  tenants: 1,
  partiesPerTenant: 0,
  clientsPerTenant: 0,
  usersPerTenant: 0,
})
const [tenant] = tenants
if (!tenant) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }

let entra: Entra
beforeAll(async () => {
  const clock = { now: () => 0 }
  entra = makeEntra({
    origin,
    clock,
    keys: await makeKeySet(),
    tenants,
    clients: [],
    users: [],
    replyUrl: '',
    application,
  })
})
const forge = (trick: string) => forgedBy(trick, entra, tenant, { nonce: 'n', oid: 'somebody', upn: 'somebody' })
const fetched = async (rawPath: string) =>
  textOf(await wireOf(entraHandlers(entra))({ method: 'GET', origin, rawPath, headers: [] }))

test.each(keyTricks)('%s forges a token that the provider never signed', async (trick) => {
  const token = await forge(trick)
  await expect(jwtVerify(token, createLocalJWKSet({ keys: [entra.keys.publicJwk] }))).rejects.toBeInstanceOf(
    errors.JOSEError,
  )
  if (trick === 'kid-as-path') return
  const { payload } = await jwtVerify(token, publicKeyOf((await entra.stranger()).certificate))
  const name = `administrator@${tenant.domain}`
  expect(payload).toMatchObject({ nonce: 'n', sub: 'administrator', upn: name })
  expect(JSON.stringify(payload)).not.toContain('somebody')
})

test('where a token says that its key is, the key is', async () => {
  const token = await forge('jku')
  const { jku = '' } = decodeProtectedHeader(token) as { jku?: string }
  const keys = JSON.parse(await fetched(new URL(jku).pathname)) as Parameters<typeof createLocalJWKSet>[0]
  await expect(jwtVerify(token, createLocalJWKSet(keys))).resolves.toBeTruthy()
  const { x5u = '' } = decodeProtectedHeader(await forge('x5u')) as { x5u?: string }
  expect(await fetched(new URL(x5u).pathname)).toMatch(/^-----BEGIN CERTIFICATE-----/)
})

test('a trick that there is not', async () => {
  await expect(forge('none')).rejects.toThrow('there is no trick none')
})
