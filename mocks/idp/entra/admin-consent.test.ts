import { describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import type { Switches } from './state.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.admin-consent', shape)
const [[home], [client, foreign], [user]] = [tenants, clients, users]
if (!home || !client || !foreign || !user) throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const scope = `${client.resource}/.default`

const open = (switches: Partial<Switches> = {}) => {
  const given = { origin, clock: { now: () => 0 }, keys: {} as KeySet, tenants, clients, users, replyUrl, application }
  const entra = makeEntra({ ...given, ...switches })
  const wire = wireOf(entraHandlers(entra))
  const go = async (rawPath: string, form?: Record<string, string>) => {
    const body = form && new TextEncoder().encode(encodeForm(Object.entries(form)))
    const response = await wire({ method: form ? 'POST' : 'GET', origin, rawPath, headers: [], ...(body && { body }) })
    const location = headerOf(response.headers, 'location')
    const returned = Object.fromEntries(queryOf(location ?? ''))
    return { status: response.status, page: textOf(response), location, returned }
  }
  const ask = (changed: Record<string, string> = {}, at: string = home.id, version = 'v2.0/', more = '') => {
    const valid = { client_id: client.id, redirect_uri: replyUrl, state: 'mine', scope }
    return go(`/${at}/${version}adminconsent?${encodeForm(Object.entries({ ...valid, ...changed }))}${more}`)
  }
  const submit = (page: string, fields: Record<string, string>) => {
    const [, action = ''] = /action="([^"]+)"/.exec(page) ?? []
    const [, ctx = ''] = /name="ctx" value="([^"]+)"/.exec(page) ?? []
    return go(action, { ctx, ...fields })
  }
  const decide = async (page: string, consent: string) => {
    const asked = await submit(page, { login: user.name, passwd: user.password })
    return submit(asked.page, { consent })
  }
  return { entra, ask, decide }
}

test.each([
  ['v2.0/', home.id],
  ['', home.id],
  ['', home.domain],
])('an answer of %s at %s tells tenant, scope and state, and no code', async (version, at) => {
  const { entra, ask, decide } = open({ asksConsent: new Set([client.id]) })
  const { returned } = await decide((await ask({}, at, version)).page, 'accept')
  expect(returned).toEqual({ admin_consent: 'True', tenant: home.id, scope, state: 'mine' })
  expect(entra.consents).toEqual(new Set([`${home.id} ${client.id}`]))
})

test('organizations is answered with the tenant of the user', async () => {
  const { ask, decide } = open({ multiTenant: new Set([client.id]) })
  const { returned } = await decide((await ask({}, 'organizations')).page, 'accept')
  expect(returned).toMatchObject({ admin_consent: 'True', tenant: home.id })
})

test('a refusal is told as consent_required, and anything but accept is one', async () => {
  for (const consent of ['refuse', '', 'yes']) {
    const { entra, ask, decide } = open()
    const { returned } = await decide((await ask()).page, consent)
    expect(returned).toMatchObject({ admin_consent: 'True', error: 'consent_required', state: 'mine' })
    expect(returned['error_description']).toContain('AADSTS65004: ')
    expect(entra.consents.size).toBe(0)
  }
})

describe('a request is refused on a page of its own', () => {
  test.each<[string, number, Record<string, string>, string?, string?]>([
    ['at an unknown tenant', 90002, {}, 'nobody.test'],
    ['at common', 90023, {}, 'common'],
    ['with a repeated parameter', 9000411, {}, home.id, '&state=again'],
    ['of an unknown client', 700016, { client_id: 'nobody' }],
    ['of a client of another tenant', 700016, { client_id: foreign.id }],
    ['at organizations of a client of one tenant', 50194, {}, 'organizations'],
    ['for another reply URL', 50011, { redirect_uri: 'https://evil.test/' }],
  ])('%s: AADSTS%i', async (_, code, changed, at, more) => {
    const { status, page, location } = await open().ask(changed, at, 'v2.0/', more)
    expect([status, location, page]).toEqual([400, undefined, expect.stringContaining(`AADSTS${code}: `)])
  })
})

test.each([
  ['no scope', 900144, { scope: '' }],
  ['a scope of an unknown API', 500011, { scope: 'https://nobody.test/.default' }],
])('%s is sent back with AADSTS%i', async (_, code, changed) => {
  const { returned } = await open().ask(changed)
  expect(returned).toMatchObject({ admin_consent: 'True', state: 'mine', error: expect.any(String) })
  expect(returned['error_description']).toContain(`AADSTS${code}: `)
})
