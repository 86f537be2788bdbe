import { createSecretKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { provisionOf } from '../../fixtures/world/provision.ts'
import { single } from '../../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../../fixtures/world/world.ts'
import type { CodecName } from './codecs.ts'
import { codecs } from './codecs.ts'
import { honestStore } from './store-policies.ts'
import { openStore } from './store.ts'

const shape = { ...single, tenants: 2, signInClientsPerTenant: 1 }
const world = worldOf(1, [{ id: 'store.test', needs: { shape } }], await makeKeyring())
const places = { idp: 'https://login.test', target: 'https://broker.test', paths: { callback: '/cb', reply: '/reply' } }
const provision = provisionOf(world, places)
const [client] = provision.clients

test('what is registered is read again as it was written', () => {
  expect(openStore(provision, honestStore).registrations()).toEqual({ ...provision, tenancies: [] })
})

test('a registration that is not written whole is not there', () => {
  const store = openStore(provision, {
    ...honestStore,
    writes: (value, field) => (field === 'clients.name' ? undefined : value),
  })
  expect(store.registrations()).toEqual({ ...provision, clients: [], tenancies: [] })
})

test('the dump tells a secret, the bytes at rest do not', () => {
  const store = openStore(provision, honestStore)
  expect(store.dump()).toContain(client?.secret)
  const bytes = Buffer.from(store.atRest())
  expect(bytes.subarray(0, 6).toString()).toBe('SQLite')
  for (const text of [client?.secret, client?.name, client?.redirectUris[0], provision.tenants[0]?.id])
    expect(bytes.includes(text ?? '')).toBe(false)
})

test('a database in a file is the one that is opened again, under its key alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerspec-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [file, key] = [join(folder, 'store.db'), Buffer.alloc(32, 1)]
  const first = openStore(provision, honestStore, { file, key })
  first.note({ is: 'asked', client: client ?? provision.clients[0]!, state: 's' })
  const none = { ...provision, clients: [], parties: [], tenants: [] }
  expect(openStore(none, honestStore, { file, key }).registrations()).toEqual({ ...provision, tenancies: [] })
  expect(() => openStore(none, honestStore, { file, key: Buffer.alloc(32, 2) }).registrations()).toThrow(
    'unable to authenticate',
  )
  expect(readFileSync(file).equals(Buffer.from(first.atRest()))).toBe(true)
})

test('what happens is kept and logged as the policies say, and no further', () => {
  const store = openStore(provision, { ...honestStore, keeps: ({ is }) => `it ${is}` })
  const happening = { is: 'answered', client: provision.clients[0]!, code: 'code-1', state: 's' } as const
  store.note(happening)
  expect(store.dump()).toContain('"it answered"')
  expect(store.log()).toBe(`answered client ${happening.client.id}\n`)
  const honest = openStore(provision, honestStore)
  const before = honest.dump()
  honest.note(happening)
  expect(honest.dump()).toBe(before)
})

test.each(Object.keys(codecs) as CodecName[])('%s gives back what it took', (name) => {
  const key = createSecretKey(Buffer.alloc(32, 7))
  for (const text of ['', 'ä', 'a text that is longer than sixteen characters'])
    expect(codecs[name].read(codecs[name].write(text, key), key)).toBe(text)
})

test('what is registered later is there beside the rest, in place of what had its name', () => {
  const [party] = provision.parties
  if (party === undefined) throw new TypeError('the world has no party')
  const store = openStore(provision, honestStore)
  const tenancy = { id: 'tenancy', domain: 'k2', tenant: party.tenant }
  const added = { ...party, realm: 'https://new.test/' }
  store.register({ party: added, tenancy })
  store.register({ party: { ...party, reply: 'https://moved.test/' }, tenancy: { ...tenancy, domain: 'k3' } })
  const { parties, tenancies } = store.registrations()
  expect(parties.toSorted((a, b) => a.realm.localeCompare(b.realm))).toEqual(
    [{ ...party, reply: 'https://moved.test/' }, ...provision.parties.slice(1), added].toSorted((a, b) => a.realm.localeCompare(b.realm)), // prettier-ignore
  )
  expect(tenancies).toEqual([{ ...tenancy, domain: 'k3' }])
})
