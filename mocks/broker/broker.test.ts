import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Provision } from '../../fixtures/world/provision.ts'
import { provisionOf } from '../../fixtures/world/provision.ts'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import { encodeForm, queryOf, withQuery } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { headerOf } from '../../protocols/wire.ts'
import { makeBroker } from './broker.ts'

const nobody = () => Promise.reject(new Error('nobody is asked here'))
const paths = { callback: '/authorize/oauth/2', reply: '/wsfed/reply' }
const origin = 'https://broker.test'
const callback = `${origin}/authorize/oauth/2`
const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 0 }
const keyring = { issuers: { entra: { publicJwk: {} } } } as Keyring
const world = worldOf(1, [{ id: 'broker.test', needs: { shape } }], keyring)
const provision = provisionOf(world, { idp: 'https://login.test', target: origin, paths })
const [client] = provision.clients
if (client === undefined) throw new TypeError('the slice has no client')

/** A broker, and a browser that keeps its cookies. */
const open = (known: Provision = provision) => {
  const wire = makeBroker(known, { origin, clock: { now: () => 0 }, wire: nobody })
  const cookies: string[] = []
  const get = async (rawPath: string) => {
    const { status, headers } = await wire({
      method: 'GET',
      origin,
      rawPath,
      headers: [['cookie', cookies.join('; ')]],
    })
    cookies.push(...headers.flatMap(([name, value]) => (name === 'set-cookie' ? (value.split(';')[0] ?? '') : [])))
    return { status, location: headerOf(headers, 'location') ?? '' }
  }
  const authorize = (redirectUri: string, more: Pairs, path = '/authorize/oauth/2/request') => {
    const valid: Pairs = Object.entries({ client_id: client.id, response_type: 'code', redirect_uri: redirectUri })
    return get(`${path}?${encodeForm([...valid, ...more])}`)
  }
  const answer = (upstream: string, answered: Pairs) => {
    const state = queryOf(upstream).find(([name]) => name === 'state')?.[1] ?? ''
    return get(`/authorize/oauth/2?${encodeForm([...answered, ['state', state]])}`)
  }
  return { authorize, answer }
}
const [plain = '', ...others] = client.redirectUris

describe('the request upstream', () => {
  test('goes to the endpoint of the client, with its resource and the own redirect URI of the broker', async () => {
    const { status, location } = await open().authorize(plain, [['state', 'mine']])
    expect(status).toBe(302)
    expect(location.startsWith(`${client.authorizationEndpoint}?`)).toBe(true)
    expect(Object.fromEntries(queryOf(location))).toEqual({
      client_id: client.id,
      response_type: 'code',
      redirect_uri: callback,
      resource: client.resource,
      state: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('carries neither the secret nor the state of the caller', async () => {
    const { location } = await open().authorize(plain, [['state', 'state-of-the-caller']])
    expect(location).not.toContain(client.secret)
    expect(location).not.toContain('state-of-the-caller')
  })

  test('may be asked for in the name of the tenant', async () => {
    const { location } = await open().authorize(plain, [], `/${client.tenant}/authorize/oauth/2/request`)
    expect(location.startsWith(client.authorizationEndpoint)).toBe(true)
  })
})

describe('the answer', () => {
  test.each([plain, ...others])('comes back at %s, byte for byte', async (uri) => {
    const broker = open()
    const { location } = await broker.authorize(uri, [['state', 's']])
    expect(await broker.answer(location, [['code', 'c']])).toEqual({
      status: 302,
      location: `${uri}${uri.includes('?') ? '&' : '?'}code=c&state=s`,
    })
  })

  test('brings the state of the caller and the code unchanged, whatever characters they have', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 })
    const property = fc.asyncProperty(text, text, fc.constantFrom(plain, ...others), async (state, code, uri) => {
      const broker = open()
      const upstream = await broker.authorize(uri, [['state', state]])
      const { location } = await broker.answer(upstream.location, [['code', code]])
      expect(location).toBe(withQuery(uri, [['code', code], ['state', state]])) // prettier-ignore
    })
    await fc.assert(property, { seed: 1, numRuns: 60 })
  })

  test('brings no state where the caller sent none', async () => {
    const broker = open()
    const { location } = await broker.authorize(plain, [])
    expect((await broker.answer(location, [['code', 'c']])).location).toBe(`${plain}?code=c`)
  })

  test('of two flows at once goes to the caller of each', async () => {
    const broker = open()
    const [first, second] = [
      await broker.authorize(plain, [['state', '1']]),
      await broker.authorize(plain, [['state', '2']]),
    ]
    expect((await broker.answer(second.location, [['code', 'b']])).location).toBe(`${plain}?code=b&state=2`)
    expect((await broker.answer(first.location, [['code', 'a']])).location).toBe(`${plain}?code=a&state=1`)
  })

  test('relays an error and its description, and nothing else', async () => {
    const broker = open()
    const { location } = await broker.authorize(plain, [['state', 's']])
    const errors: Pairs = [
      ['error', 'access_denied'],
      ['error_description', 'declined & gone'],
    ]
    const { location: back } = await broker.answer(location, [...errors, ['session_state', 'x']])
    expect(queryOf(back)).toEqual([...errors, ['state', 's']])
  })

  test('to a redirect URI outside of ASCII is sent in percent-encoding', async () => {
    const uri = 'https://bücher.test/ä'
    const clients = provision.clients.map((one) => ({ ...one, redirectUris: [uri] }))
    const broker = open({ ...provision, clients })
    const { location } = await broker.authorize(uri, [])
    expect((await broker.answer(location, [['code', 'c']])).location).toBe('https://b%C3%BCcher.test/%C3%A4?code=c')
  })
})
