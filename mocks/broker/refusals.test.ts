import { describe, expect, test } from 'vitest'
import { documentedRows } from '../../fixtures/error-table.ts'
import { provisionOf } from '../../fixtures/world/provision.ts'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import { encodeForm, queryOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'
import { makeBroker } from './broker.ts'
import type { Policies } from './policies.ts'
import { honest } from './policies.ts'

const nobody = () => Promise.reject(new Error('nobody is asked here'))
const paths = { callback: '/authorize/oauth/2', reply: '/wsfed/reply' }
const origin = 'https://broker.test'
const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 2, usersPerTenant: 0 }
const keyring = { issuers: { entra: { publicJwk: {} } } } as Keyring
const world = worldOf(1, [{ id: 'refusals.test', needs: { shape } }], keyring)
const drawn = provisionOf(world, { idp: 'https://login.test', target: origin, paths })
const provision = { ...drawn, clients: drawn.clients.map((one, index) => ({ ...one, oauth: index !== 1 })) }
const [client, signInOnly, foreign] = provision.clients
if (!client || !signInOnly || !foreign) throw new TypeError('the slice is too small')
const registered = client.redirectUris[0] ?? ''
const rowOf = (row: keyof typeof documentedRows) => documentedRows[row].text[0] ?? ''

const open = (policies?: Policies) => {
  const clock = { time: 0, now: () => clock.time }
  const wire = makeBroker(provision, { origin, clock, wire: nobody, ...(policies && { policies }) })
  const cookies: string[] = []
  const get = async (rawPath: string, cookie = cookies.join('; ')) => {
    const response = await wire({ method: 'GET', origin, rawPath, headers: [['cookie', cookie]] })
    const set = response.headers.flatMap(([name, value]) => (name === 'set-cookie' ? (value.split(';')[0] ?? '') : []))
    cookies.push(...set)
    return { status: response.status, location: headerOf(response.headers, 'location'), text: textOf(response) }
  }
  /** Where a request ended: a refusal is read behind the redirect to the page of the broker itself. */
  const outcomeOf = async (rawPath: string, cookie?: string) => {
    const first = await get(rawPath, cookie)
    return first.location?.startsWith(`${origin}/`) ? get(first.location.slice(origin.length)) : first
  }
  return { clock, get, outcomeOf }
}
const valid: Pairs = [
  ['client_id', client.id],
  ['response_type', 'code'],
  ['redirect_uri', registered],
]
const requestWith = (changed: Record<string, string[]>, prefix = '/authorize/oauth/2') => {
  const kept = valid.filter(([name]) => changed[name] === undefined)
  const added = Object.entries(changed).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return `${prefix}/request?${encodeForm([...kept, ...added])}`
}

describe('an authorization request is refused', () => {
  test.each<[string, string, string]>([
    ['an unknown client', 'invalid_client_id', requestWith({ client_id: ['nobody'] })],
    [
      'an unknown client, even with an unregistered redirect URI',
      'invalid_client_id',
      requestWith({ client_id: ['nobody'], redirect_uri: ['https://evil.test/'] }),
    ],
    ['no client', 'invalid_client_id', requestWith({ client_id: [] })],
    ['two clients', 'invalid_client_id', requestWith({ client_id: [client.id, foreign.id] })],
    [
      'a client that is not configured for OAuth',
      'invalid_client_id',
      requestWith({ client_id: [signInOnly.id], redirect_uri: [...signInOnly.redirectUris].slice(0, 1) }),
    ],
    ['a client of another tenant', 'invalid_client_id', requestWith({}, `/${foreign.tenant}/authorize/oauth/2`)],
    ['an unregistered redirect URI', 'invalid_redirect_uri', requestWith({ redirect_uri: ['https://evil.test/'] })],
    [
      'the redirect URI of another client',
      'invalid_redirect_uri',
      requestWith({ redirect_uri: [foreign.redirectUris[0] ?? ''] }),
    ],
    ['no redirect URI', 'invalid_redirect_uri', requestWith({ redirect_uri: [] })],
    ['an empty redirect URI', 'invalid_redirect_uri', requestWith({ redirect_uri: [''] })],
    ['a repeated redirect URI', 'invalid_redirect_uri', requestWith({ redirect_uri: [registered, registered] })],
    ['another version of OAuth', rowOf('oauth-version'), requestWith({}, '/authorize/oauth/1')],
    ['another response_type', rowOf('authorization-request'), requestWith({ response_type: ['token'] })],
    ['a repeated response_type', rowOf('authorization-request'), requestWith({ response_type: ['code', 'code'] })],
  ])('for %s, with the text %s', async (_, text, rawPath) => {
    // prettier-ignore
    const broker = open()
    expect((await broker.get(rawPath)).location).toMatch(/^https:\/\/broker\.test\/error\?is=/)
    const { status, location, text: page } = await broker.outcomeOf(rawPath)
    expect([status, location]).toEqual([400, undefined])
    expect(page).toContain(text)
  })
})

describe('an authorization response ends in row 10 of the error table', () => {
  const flow = async () => {
    const broker = open()
    const { location = '' } = await broker.get(requestWith({ state: ['mine'] }))
    const state = queryOf(location).find(([name]) => name === 'state')?.[1] ?? ''
    return { ...broker, back: `/authorize/oauth/2?${encodeForm([['code', 'c'], ['state', state]])}` } // prettier-ignore
  }
  const row10 = rowOf('authorization-response')

  test('for an unknown state and for none', async () => {
    const { outcomeOf } = open()
    expect((await outcomeOf('/authorize/oauth/2?code=c&state=unknown')).text).toContain(row10)
    expect((await outcomeOf('/authorize/oauth/2?code=c')).text).toContain(row10)
  })

  test('for a state that was answered before', async () => {
    const { outcomeOf, back } = await flow()
    expect((await outcomeOf(back)).location).toContain(registered)
    expect((await outcomeOf(back)).text).toContain(row10)
  })

  test('for a state older than ten minutes by the clock', async () => {
    const young = await flow()
    young.clock.time = 599_999
    expect((await young.outcomeOf(young.back)).location).toContain(registered)

    const old = await flow()
    old.clock.time = 600_000
    expect((await old.outcomeOf(old.back)).text).toContain(row10)
  })

  test('in a browser that did not begin the request', async () => {
    const { outcomeOf, back } = await flow()
    expect((await outcomeOf(back, '')).text).toContain(row10)
    const another = await flow()
    expect((await another.outcomeOf(another.back, 'begun-x=guessed')).text).toContain(row10)
  })

  test('but for another version in row 8', async () => {
    expect((await open().outcomeOf('/authorize/oauth/1?code=c')).text).toContain(rowOf('oauth-version'))
  })
})

test('a redirect URI that is validated late is refused after sign-in, and never followed', async () => {
  const broker = open({ ...honest, validatesFirst: () => false })
  const { location = '' } = await broker.get(requestWith({ redirect_uri: ['https://evil.test/'] }))
  expect(location.startsWith(client.authorizationEndpoint)).toBe(true)
  const state = queryOf(location).find(([name]) => name === 'state')?.[1] ?? ''
  const { text } = await broker.outcomeOf(`/authorize/oauth/2?code=c&state=${state}`)
  expect(text).toContain('invalid_redirect_uri')
})

test('the error page shows markup in a wording as text', async () => {
  const broker = open({ ...honest, wording: () => '<script>' })
  expect((await broker.outcomeOf(requestWith({ redirect_uri: [] }))).text).toContain('&lt;script&gt;')
})

test('what is no page of the broker is answered with 404', async () => {
  const { get } = open()
  expect([(await get('/nowhere')).status, (await get('/error?is=nonsense')).status]).toEqual([404, 404])
})

test('a refusal says why, with the code and id of its row in the own table', async () => {
  const { outcomeOf } = open()
  const { text } = await outcomeOf(requestWith({ response_type: ['<b>'] }))
  expect(text).toContain(`${rowOf('authorization-request')}: response-type &#39;&lt;b&gt;&#39;</p>`)
  expect(text).toContain('<p>BS1009 (AuthorizationRequestFailed)</p>')
  expect((await outcomeOf('/authorize/oauth/2?code=c')).text).toContain(
    `${rowOf('authorization-response')}: unknown-state`,
  )
  expect((await outcomeOf(requestWith({ client_id: ['unknown'] }))).text).not.toContain('BS10')
})
