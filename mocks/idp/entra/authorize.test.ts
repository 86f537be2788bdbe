import { describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.authorize', shape)
const [home, away] = tenants
const [client, foreign] = clients
if (!home || !away || !client || !foreign) throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback?kept=1'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const keys = { kid: 'k', publicJwk: { kty: 'RSA', kid: 'k' } } as KeySet
const clock = { now: () => 0 }
const wire = wireOf(entraHandlers(makeEntra({ origin, clock, keys, tenants, clients, users, replyUrl, application })))

const valid: Record<string, string> = {
  client_id: client.id,
  response_type: 'code',
  redirect_uri: replyUrl,
  resource: client.resource,
  state: 'a state & more',
}
const ask = async (changed: Record<string, string> = {}, tenant: string = home.id, more: Pairs = []) => {
  const query = encodeForm([...Object.entries({ ...valid, ...changed }), ...more])
  const response = await wire({ method: 'GET', origin, rawPath: `/${tenant}/oauth2/authorize?${query}`, headers: [] })
  return { status: response.status, location: headerOf(response.headers, 'location'), page: textOf(response) }
}

test('a valid request gets the sign-in page, by the id of the tenant or its domain', async () => {
  for (const tenant of [home.id, home.domain]) {
    const { status, location, page } = await ask({}, tenant)
    expect([status, location]).toEqual([200, undefined])
    expect(page).toContain(`action="/${home.id}/login"`)
  }
})

describe('before the reply URL is known to be registered', () => {
  test.each<[string, number, () => ReturnType<typeof ask>]>([
    ['an unknown tenant', 90002, () => ask({}, 'nobody.test')],
    ['a repeated parameter', 9000411, () => ask({}, home.id, [['state', 'again']])],
    ['a repeated reply URL', 9000411, () => ask({}, home.id, [['redirect_uri', replyUrl]])],
    ['an unknown client', 700016, () => ask({ client_id: 'nobody' })],
    ['a client of another tenant', 700016, () => ask({ client_id: foreign.id })],
    ['another reply URL', 50011, () => ask({ redirect_uri: 'https://broker.test/callback' })],
    ['another reply URL and a wrong response_type', 50011, () => ask({ redirect_uri: 'x', response_type: 'token' })],
  ])('%s is refused on a page of its own with AADSTS%i', async (_, code, asked) => {
    const { status, location, page } = await asked()
    expect([status, location]).toEqual([400, undefined])
    expect(page).toContain(`AADSTS${code}: `)
  })
})

describe('once the reply URL is known to be registered', () => {
  test.each<[string, string, number, Record<string, string>]>([
    ['another response_type', 'unsupported_response_type', 700054, { response_type: 'token' }],
    ['no response_type', 'unsupported_response_type', 700054, { response_type: '' }],
    ['an unknown resource', 'invalid_resource', 500011, { resource: 'https://nobody.test' }],
    ['a resource of another tenant', 'invalid_resource', 500011, { resource: foreign.resource }],
  ])('%s is sent back as %s with AADSTS%i and the state', async (_, error, code, changed) => {
    const { status, location = '' } = await ask(changed)
    expect(status).toBe(302)
    expect(location.startsWith(`${replyUrl}&`)).toBe(true)
    expect(Object.fromEntries(queryOf(location))).toMatchObject({ kept: '1', error, state: valid['state'] })
    expect(Object.fromEntries(queryOf(location))['error_description']).toContain(`AADSTS${code}: `)
  })

  test('an error carries no state where none was sent', async () => {
    const query = encodeForm(Object.entries({ ...valid, response_type: 'token' }).filter(([name]) => name !== 'state'))
    const response = await wire({
      method: 'GET',
      origin,
      rawPath: `/${home.id}/oauth2/authorize?${query}`,
      headers: [],
    })
    const location = headerOf(response.headers, 'location') ?? ''
    expect(queryOf(location).map(([name]) => name)).toEqual(['kept', 'error', 'error_description'])
  })
})

test('each tenant publishes the public key of the issuer', async () => {
  const response = await wire({ method: 'GET', origin, rawPath: `/${home.id}/discovery/keys`, headers: [] })
  expect(JSON.parse(textOf(response))).toEqual({ keys: [keys.publicJwk] })
})
