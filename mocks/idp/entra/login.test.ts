import { expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.login', shape)
const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }

/** Directories of their own, with a sign-in page open in each tenant. */
const open = async (state: [string, string][] = [['state', 'mine']]) => {
  const clock = { time: 0, now: () => clock.time }
  const entra = makeEntra({ origin, clock, keys: {} as KeySet, tenants, clients, users, replyUrl, application })
  const wire = wireOf(entraHandlers(entra))
  const pageOf = async (tenant: number) => {
    const { id, resource, tenant: directory } = clients[tenant] ?? { id: '', resource: '', tenant: '' }
    const query = encodeForm([
      ['client_id', id],
      ['response_type', 'code'],
      ['redirect_uri', replyUrl],
      ['resource', resource],
      ...state,
    ])
    const rawPath = `/${directory}/oauth2/authorize?${query}`
    const page = textOf(await wire({ method: 'GET', origin, rawPath, headers: [] }))
    return /name="ctx" value="([^"]+)"/.exec(page)?.[1] ?? ''
  }
  const pages = [await pageOf(0), await pageOf(1)]
  const signIn = async (as = users[0], password = as?.password ?? '', ctx = pages[0] ?? '') => {
    const form = encodeForm(Object.entries({ ctx, login: as?.name ?? '', passwd: password }))
    const response = await wire({
      method: 'POST',
      origin,
      rawPath: `/${as?.tenant}/login`,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: new TextEncoder().encode(form),
    })
    const location = headerOf(response.headers, 'location')
    const sent = location === undefined ? undefined : Object.fromEntries(queryOf(location))
    return { status: response.status, location, sent, page: textOf(response) }
  }
  return { entra, clock, pages, signIn }
}

test('name and password earn a code at the registered reply URL, with the state', async () => {
  const { signIn, entra } = await open()
  const { status, location, sent } = await signIn()
  expect(status).toBe(302)
  expect(location?.startsWith(`${replyUrl}?`)).toBe(true)
  expect(sent).toMatchObject({ state: 'mine', code: expect.stringMatching(/^code-/) })
  expect(entra.codes.take(sent?.['code'] ?? '')).toMatchObject({ user: users[0], client: clients[0] })
})

test('no state comes back where none was sent', async () => {
  const { signIn } = await open([])
  expect(Object.keys((await signIn()).sent ?? {})).toEqual(['code', 'session_state'])
})

test('a wrong password shows the page again, and the right one still works', async () => {
  const { signIn } = await open()
  const { location, page } = await signIn(users[0], 'wrong')
  expect(location).toBeUndefined()
  expect(page).toContain('AADSTS50126')
  expect((await signIn()).sent).toHaveProperty('code')
})

test('a user of another tenant does not get in', async () => {
  const { signIn } = await open()
  const { location, page } = await signIn(users[1])
  expect(location).toBeUndefined()
  expect(page).toContain('AADSTS50126')
})

test('a page is good for one sign-in', async () => {
  const { signIn } = await open()
  await signIn()
  const { status, location, page } = await signIn()
  expect([status, location]).toEqual([400, undefined])
  expect(page).toContain('AADSTS165000')
})

test('a page is good for ten minutes by the clock', async () => {
  const young = await open()
  young.clock.time = 599_999
  expect((await young.signIn()).sent).toHaveProperty('code')

  const old = await open()
  old.clock.time = 600_000
  expect((await old.signIn()).page).toContain('AADSTS165000')
})

test('access is denied in the tenant that was set to it, and in no other', async () => {
  const { entra, signIn, pages } = await open()
  entra.modes.set(tenants[0]?.id ?? '', new Set(['idp.denies-access']))
  const denied = (await signIn()).sent
  expect(denied).toMatchObject({ error: 'access_denied', state: 'mine' })
  expect(denied).not.toHaveProperty('code')
  expect((await signIn(users[1], undefined, pages[1])).sent).toHaveProperty('code')
})
