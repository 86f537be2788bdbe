import { decodeJwt } from 'jose'
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { decodeForm, encodeForm } from '../../../protocols/form.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import type { Switches } from './state.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 2 }
const { tenants, clients, users } = slice(1, 'entra.front-channel', shape)
const [[home, away], [client, foreign], [user, second, stranger]] = [tenants, clients, users]
if (!home || !away || !client || !foreign || !user || !second || !stranger)
  throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

/** A provider and one browser before it, which keeps the one cookie that there is. */
const open = (switches: Partial<Switches> = {}) => {
  const clock = { time: 0, now: () => clock.time }
  const entra = makeEntra({ origin, clock, keys, tenants, clients, users, replyUrl, application, ...switches })
  const wire = wireOf(entraHandlers(entra))
  const browser = { cookie: '', setCookie: '' }
  const go = async (rawPath: string, form?: Record<string, string>) => {
    const response = await wire({
      method: form ? 'POST' : 'GET',
      origin,
      rawPath,
      headers: browser.cookie === '' ? [] : [['cookie', browser.cookie]],
      ...(form && { body: new TextEncoder().encode(encodeForm(Object.entries(form))) }),
    })
    browser.setCookie = headerOf(response.headers, 'set-cookie') ?? browser.setCookie
    browser.cookie = browser.setCookie.split(';', 1)[0] ?? ''
    const [page, location] = [textOf(response), headerOf(response.headers, 'location')]
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const posted = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]))
    const returned = location === undefined ? posted : Object.fromEntries(decodeForm(location.split(/[?#]/)[1] ?? ''))
    return { status: response.status, location, page, returned }
  }
  const valid = { client_id: client.id, redirect_uri: replyUrl, state: 'mine' }
  const authorize = (changed: Record<string, string> = {}, path = `${home.id}/oauth2`) => {
    const wanted = path.includes('v2.0') ? { scope: 'openid' } : { resource: client.resource }
    return go(
      `/${path}/authorize?${encodeForm(Object.entries({ ...valid, response_type: 'code', ...wanted, ...changed }))}`,
    )
  }
  const signIn = async (page: string, as = user) => {
    const [, ctx = ''] = /name="ctx" value="([^"]+)"/.exec(page) ?? []
    const [, action = ''] = /action="([^"]+)"/.exec(page) ?? []
    return go(action, { ctx, login: as.name, passwd: as.password })
  }
  const answer = async (page: string, consent: string) => {
    const [, ctx = ''] = /name="ctx" value="([^"]+)"/.exec(page) ?? []
    return go(`/${home.id}/consent`, { ctx, consent })
  }
  const visit = async (changed?: Record<string, string>, path?: string) => signIn((await authorize(changed, path)).page)
  return { entra, clock, browser, go, authorize, signIn, answer, visit }
}
const v2 = `${home.id}/oauth2/v2.0`
const hybrid = { response_type: 'code id_token', nonce: 'n' }

describe('the session', () => {
  test('signs in again without a page, and its cookie is out of reach of scripts', async () => {
    const { authorize, visit, browser } = open()
    await visit()
    expect(browser.setCookie).toMatch(/^ESTSAUTH=[\da-f-]{36}; Path=\/; Secure; HttpOnly; SameSite=None$/)
    expect((await authorize()).returned).toMatchObject({ code: expect.any(String), state: 'mine' })
    expect((await authorize({ prompt: 'none' })).returned).toHaveProperty('code')
  })

  test.each([
    ['login is prompted', { prompt: 'login' }, undefined],
    ['an account is to be selected', { prompt: 'select_account' }, undefined],
    ['another user is hinted', { login_hint: second.name }, undefined],
    ['another tenant is asked', { client_id: foreign.id, resource: foreign.resource }, `${away.id}/oauth2`],
  ] as const)('does not serve where %s', async (_, changed, path) => {
    const { authorize, visit } = open()
    await visit()
    expect((await authorize(changed, path)).page).toContain('type="password"')
  })

  test('lasts a day, or until logout, even for a cookie that was kept', async () => {
    const { authorize, visit, clock, go, browser } = open()
    await visit()
    clock.time += 86_400_000
    expect((await authorize({ prompt: 'none' })).returned).toMatchObject({ error: 'login_required', state: 'mine' })

    await visit()
    const { cookie } = browser
    expect((await go(`/${v2}/logout`)).page).toContain('signed out')
    expect(browser.cookie).toBe('ESTSAUTH=')
    browser.cookie = cookie
    expect((await authorize({ prompt: 'none' })).returned).toMatchObject({ error: 'login_required' })
  })

  test('is nobody for a cookie that was made up', async () => {
    const { authorize, browser } = open()
    browser.setCookie = 'ESTSAUTH=made-up'
    browser.cookie = browser.setCookie
    const { returned } = await authorize({ prompt: 'none' })
    expect(returned['error_description']).toContain('AADSTS50058: ')
  })
})

describe('logout', () => {
  test.each([
    [replyUrl, replyUrl],
    ['https://app.test/out', 'https://app.test/out'],
    ['https://evil.test/', undefined],
    [`${replyUrl}/`, undefined],
  ])('asked to go on to %s goes to %s', async (asked, to) => {
    const { go } = open({ logoutUrls: new Set(['https://app.test/out']) })
    for (const path of [v2, `${home.id}/oauth2`]) {
      const query = encodeForm([['post_logout_redirect_uri', asked]])
      expect((await go(`/${path}/logout?${query}`)).location).toBe(to)
      expect((await go(`/${path}/logout?${query}&state=s`)).location).toBe(to && `${to}?state=s`)
    }
  })
})

test('the user of the switch needs no page, in the own tenant alone', async () => {
  const { authorize } = open({ auto: user })
  expect((await authorize({ prompt: 'login consent' })).returned).toHaveProperty('code')
  const elsewhere = { client_id: foreign.id, resource: foreign.resource }
  expect((await authorize(elsewhere, `${away.id}/oauth2`)).page).toContain('type="password"')
})

describe('common and organizations', () => {
  test.each(['common', 'organizations'])(
    'serve users of every tenant at %s, to a client that is in every one',
    async (any) => {
      const { entra, authorize, signIn } = open({ multiTenant: new Set([client.id]) })
      const { returned } = await signIn((await authorize({}, `${any}/oauth2`)).page, stranger)
      expect(entra.codes.look(returned['code'] ?? '')).toMatchObject({ user: stranger, tenant: away })
    },
  )

  test('show a page of their own to a client of one tenant', async () => {
    const { status, page } = await open().authorize({}, 'common/oauth2')
    expect([status, page]).toEqual([400, expect.stringContaining('AADSTS50194: ')])
  })
})

describe('an answer travels', () => {
  test.each([
    ['query', {}, '?'],
    ['fragment', { response_mode: 'fragment' }, '#'],
    ['fragment', hybrid, '#'],
  ] as const)('in the %s under %o', async (_, changed, joint) => {
    for (const path of [v2, undefined]) {
      const { location } = await open().visit(changed, path)
      expect(location?.startsWith(`${replyUrl}${joint}code=`)).toBe(true)
    }
  })

  test('in a form that submits itself, errors too', async () => {
    const { authorize, visit } = open()
    const { location, page, returned } = await visit({ ...hybrid, response_mode: 'form_post' }, v2)
    expect([location, page]).toEqual([undefined, expect.stringContaining(`action="${replyUrl}"`)])
    expect(page).toContain('.submit()')
    expect(Object.keys(returned)).toEqual(['code', 'id_token', 'session_state', 'state'])
    const failed = await authorize({ response_type: 'token', response_mode: 'form_post' })
    expect(failed.page).toContain('.submit()')
    expect(failed.returned).toMatchObject({ error: 'unsupported_response_type', state: 'mine' })
  })

  test('with an id token that is bound to code and nonce', async () => {
    const { returned } = await open().visit({ ...hybrid }, v2)
    const hash = createHash('sha256')
      .update(returned['code'] ?? '')
      .digest()
    expect(decodeJwt(returned['id_token'] ?? '')).toMatchObject({
      nonce: 'n',
      c_hash: hash.subarray(0, 16).toString('base64url'),
      aud: client.id,
      tid: home.id,
    })
  })
})

test.each<[string, string, number, Record<string, string>, string?]>([
  ['an unknown response_mode', 'invalid_request', 90023, { response_mode: 'pigeon' }],
  ['an id token in the query', 'invalid_request', 70007, { ...hybrid, response_mode: 'query' }],
  ['an id token without nonce', 'invalid_request', 900144, { response_type: 'code id_token' }],
  ['an id token without openid', 'invalid_request', 90023, { ...hybrid, scope: `${client.resource}/a` }, v2],
  ['no scope', 'invalid_request', 900144, { scope: '' }, v2],
  ['scopes of two APIs', 'invalid_scope', 70011, { scope: `User.Read ${client.resource}/a` }, v2],
  ['a scope of an unknown API', 'invalid_resource', 500011, { scope: 'https://nobody.test/a' }, v2],
  [
    'an unknown challenge method',
    'invalid_request',
    90023,
    { code_challenge: 'x'.repeat(43), code_challenge_method: 'S512' },
  ],
  ['a method without challenge', 'invalid_request', 90023, { code_challenge_method: 'S256' }],
  ['a short challenge', 'invalid_request', 501491, { code_challenge: 'x'.repeat(42) }],
  ['two prompts with none', 'invalid_request', 90023, { prompt: 'none login' }],
])('%s is sent back as %s with AADSTS%i and the state', async (_, error, code, changed, path) => {
  const { returned } = await open().authorize(changed, path)
  expect(returned).toMatchObject({ error, state: 'mine' })
  expect(returned['error_description']).toContain(`AADSTS${code}: `)
})

describe('consent', () => {
  test.each([home.id, client.id])('is asked for once where %s asks for it, and a refusal goes back', async (asking) => {
    const { visit, answer, authorize } = open({ asksConsent: new Set([asking]) })
    const refused = await answer((await visit()).page, 'refuse')
    expect(refused.returned).toMatchObject({ error: 'access_denied', state: 'mine' })
    expect(refused.returned['error_description']).toContain('AADSTS65004: ')
    expect((await authorize({ prompt: 'none' })).returned).toMatchObject({ error: 'consent_required' })

    const granted = await answer((await authorize()).page, 'accept')
    expect(granted.returned).toMatchObject({ code: expect.any(String), state: 'mine' })
    expect((await authorize({ prompt: 'none' })).returned).toHaveProperty('code')
  })

  test('is asked for again where it is prompted, and of an admin tells so', async () => {
    const { visit, answer } = open()
    const { returned } = await answer((await visit({ prompt: 'admin_consent' })).page, 'accept')
    expect(returned).toMatchObject({ code: expect.any(String), admin_consent: 'True' })
    expect((await visit({ prompt: 'consent login' })).page).toContain('Permissions requested')
  })

  test('cannot be given without signing in, nor the page be used twice', async () => {
    const { authorize, answer, visit, signIn } = open()
    expect((await answer((await authorize({ prompt: 'consent' })).page, 'accept')).page).toContain('AADSTS165000')
    const { page } = await visit({ prompt: 'consent' })
    expect((await signIn(page.replace('/consent', '/login'))).page).toContain('AADSTS165000')
    await answer(page, 'accept')
    expect((await answer(page, 'accept')).page).toContain('AADSTS165000')
  })
})

describe('a hostile mode, in the tenant that was set to it, and in no other', () => {
  type Returned = Record<string, string>
  test.each<[HostileModeId, (returned: Returned) => boolean]>([
    ['idp.denies-access', ({ error }) => error === 'access_denied'],
    ['idp.omits-state', ({ code, state }) => code !== undefined && state === undefined],
    ['idp.changes-state', ({ code, state }) => code !== undefined && state !== undefined && state !== 'mine'],
    ['idp.answers-with-error-and-code', ({ code, error }) => code !== undefined && error !== undefined],
    ['idp.changes-nonce', ({ id_token: token = '' }) => decodeJwt(token)['nonce'] !== 'n'],
    ['idp.omits-signature', ({ id_token: token = '' }) => token.endsWith('.')],
    ['idp.mints-for-another-audience', ({ id_token: token = '' }) => decodeJwt(token).aud !== client.id],
    ['idp.names-another-tenant', ({ id_token: token = '' }) => decodeJwt(token)['tid'] !== home.id],
  ])('%s', async (mode, shows) => {
    const { entra, visit } = open()
    entra.modes.set(home.id, new Set([mode]))
    expect(shows((await visit(hybrid)).returned)).toBe(true)
    entra.modes.clear()
    entra.modes.set(away.id, new Set([mode]))
    expect(shows((await visit({ ...hybrid, prompt: 'login' })).returned)).toBe(false)
  })
})
