import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import type { Switches } from './state.ts'
import { makeEntra, revokeGrants } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 2, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.token', shape)
const [[home, away], [client, other, foreign], [user]] = [tenants, clients, users]
if (!home || !away || !client || !other || !foreign || !user) throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const day = 86_400_000
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

type Body = Record<string, unknown>

/** A provider that signs its user in without a page. */
const open = (switches: Partial<Switches> = {}) => {
  const clock = { time: Date.UTC(2016, 3, 11, 18, 0, 12), now: () => clock.time }
  const entra = makeEntra({
    origin,
    clock,
    keys,
    tenants,
    clients,
    users,
    replyUrl,
    application,
    auto: user,
    ...switches,
  })
  const wire = wireOf(entraHandlers(entra))
  const code = async (changed: Record<string, string> = {}, path = `${home.id}/oauth2`) => {
    const valid = { client_id: client.id, response_type: 'code', redirect_uri: replyUrl }
    const wanted = path.includes('v2.0') ? { scope: v2Scope } : { resource: other.resource }
    const query = encodeForm(Object.entries({ ...valid, ...wanted, ...changed }))
    const response = await wire({ method: 'GET', origin, rawPath: `/${path}/authorize?${query}`, headers: [] })
    return Object.fromEntries(queryOf(headerOf(response.headers, 'location') ?? ''))['code'] ?? ''
  }
  const ask = async (form: Pairs, path = `${home.id}/oauth2`, headers: Pairs = [], method = 'POST') => {
    const response = await wire({
      method,
      origin,
      rawPath: `/${path}/token`,
      headers: [['content-type', 'application/x-www-form-urlencoded'], ...headers],
      body: new TextEncoder().encode(encodeForm(form)),
    })
    return { ...response, json: () => JSON.parse(textOf(response)) as Body }
  }
  const token = async (grant: string, form: Record<string, string>, path?: string): Promise<Body> => {
    const valid = { grant_type: grant, client_id: client.id, client_secret: client.secret }
    const response = await ask(Object.entries({ ...valid, ...form }), path)
    return { ...response.json(), status: response.status }
  }
  const redeem = async (given: string, form: Record<string, string> = {}, path?: string) =>
    token('authorization_code', { code: given, redirect_uri: replyUrl, ...form }, path)
  const renew = async (given: unknown, form: Record<string, string> = {}, path?: string) =>
    token('refresh_token', { refresh_token: String(given), ...form }, path)
  return { entra, clock, code, ask, token, redeem, renew }
}
const v2 = `${home.id}/oauth2/v2.0`
const v2Scope = `openid offline_access ${other.resource}/read ${other.resource}/write`
const verifier = 'v'.repeat(43)
const s256 = createHash('sha256').update(verifier).digest('base64url')

describe('what v1 sells for a code', () => {
  test('are strings where v2 has numbers, and signed tokens for the resource', async () => {
    const { code, redeem, clock } = open()
    const body = await redeem(await code())
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: '3600', resource: other.resource })
    expect(body).toMatchObject({ expires_on: String(clock.time / 1000 + 3600), scope: 'user_impersonation' })
    const jwks = createLocalJWKSet({ keys: [keys.publicJwk] })
    const { payload } = await jwtVerify(String(body['access_token']), jwks, { currentDate: new Date(clock.time) })
    const person = { oid: user.objectId, upn: user.name, scp: 'user_impersonation' }
    const issued = { iss: `https://sts.windows.net/${home.id}/`, tid: home.id, ver: '1.0' }
    expect(payload).toMatchObject({ ...person, ...issued, aud: other.resource, appid: client.id, appidacr: '1' })
    expect(decodeProtectedHeader(String(body['id_token']))).toMatchObject({ alg: 'RS256', kid: keys.kid })
  })

  test('is an unsigned id token where the switch says so, and only at v1', async () => {
    const { code, redeem } = open({ idTokenV1: 'unsigned' })
    const first = String((await redeem(await code()))['id_token'])
    expect([decodeProtectedHeader(first).alg, first.endsWith('.')]).toEqual(['none', true])
    expect(decodeJwt(first)).toMatchObject({ oid: user.objectId, aud: client.id })
    const second = await redeem(await code({}, v2), {}, v2)
    expect(decodeProtectedHeader(String(second['id_token'])).alg).toBe('RS256')
  })
})

describe('what v2 sells for a code', () => {
  test('has numbers, and an access token for the client id of the API', async () => {
    const { code, redeem } = open()
    const body = await redeem(await code({}, v2), { client_info: '1' }, v2)
    expect(body).toMatchObject({ expires_in: 3599, ext_expires_in: 3599, refresh_token: expect.any(String) })
    expect(JSON.parse(Buffer.from(String(body['client_info']), 'base64url').toString())).toEqual({
      uid: user.objectId,
      utid: home.id,
    })
    const claims = decodeJwt(String(body['access_token']))
    expect(claims).toMatchObject({ aud: other.id, azp: client.id, scp: 'read write', ver: '2.0', tid: home.id })
    expect(claims).toMatchObject({ iss: `${origin}/${home.id}/v2.0`, preferred_username: user.name })
  })

  test('has a refresh token and an id token only for who asked for them', async () => {
    const { code, redeem } = open()
    const body = await redeem(await code({ scope: `${other.resource}/read` }, v2), {}, v2)
    expect(Object.keys(body)).not.toContain('refresh_token')
    expect(Object.keys(body)).not.toContain('id_token')
  })
})

test('an app-only token tells of no user', async () => {
  const { token } = open()
  for (const [path, form] of [
    [undefined, { resource: other.resource }],
    [v2, { scope: `${other.resource}/.default` }],
  ] as const) {
    const body = await token('client_credentials', form, path)
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['refresh_token']))
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['id_token']))
    const { sub, ...claims } = decodeJwt(String(body['access_token']))
    expect(claims).toMatchObject({ idtyp: 'app', oid: sub, tid: home.id, roles: expect.any(Array) })
    for (const name of ['scp', 'upn', 'unique_name', 'preferred_username', 'name', 'family_name', 'given_name'])
      expect(claims).not.toHaveProperty(name)
  }
})

describe('a token request is refused', () => {
  type Opened = ReturnType<typeof open>
  const exchange = (form: Record<string, string>, path?: string) => async (entra: Opened) =>
    entra.redeem(await entra.code({}, path?.includes('v2.0') ? v2 : undefined), form, path)
  const bound = (method: string, challenge: string, form: Record<string, string>) => async (entra: Opened) =>
    entra.redeem(await entra.code({ code_challenge: challenge, code_challenge_method: method }), form)
  const appOnly = (form: Record<string, string>, path?: string) => (entra: Opened) =>
    entra.token('client_credentials', form, path)

  // oxfmt-ignore
  test.each<[string, string, number, number, (entra: Opened) => Promise<Body>]>([
    ['for an unknown tenant', 'invalid_request', 90002, 400, exchange({}, 'nobody.test/oauth2')],
    ['without grant_type', 'invalid_request', 900144, 400, exchange({ grant_type: '' })],
    ['of an unknown grant_type', 'unsupported_grant_type', 70003, 400, exchange({ grant_type: 'password' })],
    ['without client', 'invalid_request', 900144, 400, exchange({ client_id: '' })],
    ['of an unknown client', 'unauthorized_client', 700016, 400, exchange({ client_id: 'nobody' })],
    ['of a client of another tenant', 'unauthorized_client', 700016, 400, exchange({}, `${away.id}/oauth2`)],
    ['at common of a client of one tenant', 'unauthorized_client', 50194, 400, exchange({}, 'common/oauth2')],
    ['without secret', 'invalid_client', 7000218, 401, exchange({ client_secret: '' })],
    ['with a wrong secret', 'invalid_client', 7000215, 401, exchange({ client_secret: 'wrong' })],
    ['without code', 'invalid_request', 900144, 400, exchange({ code: '' })],
    ['with an unknown code', 'invalid_grant', 70000, 400, exchange({ code: 'code-unknown' })],
    ['with the code of another client', 'invalid_grant', 70000, 400, exchange({ client_id: other.id, client_secret: other.secret })],
    ['without redirect_uri', 'invalid_request', 900144, 400, exchange({ redirect_uri: '' })],
    ['with another redirect_uri', 'invalid_grant', 500112, 400, exchange({ redirect_uri: `${replyUrl}/` })],
    ['with another resource', 'invalid_resource', 500011, 400, exchange({ resource: client.resource })],
    ['with an unknown resource', 'invalid_resource', 500011, 400, exchange({ resource: 'https://nobody.test' })],
    ['with scopes of two APIs', 'invalid_scope', 70011, 400, exchange({ scope: `${client.resource}/a ${other.resource}/b` }, v2)],
    ['with a verifier but no challenge', 'invalid_grant', 501481, 400, exchange({ code_verifier: verifier })],
    ['without the verifier of S256', 'invalid_grant', 501481, 400, bound('S256', s256, {})],
    ['with the challenge of S256 for a verifier', 'invalid_grant', 501481, 400, bound('S256', s256, { code_verifier: s256 })],
    ['with a wrong verifier of plain', 'invalid_grant', 501481, 400, bound('plain', verifier, { code_verifier: s256 })],
    ['with an unknown refresh token', 'invalid_grant', 70000, 400, ({ renew }) => renew('refresh-unknown')],
    ['without a resource anywhere', 'invalid_request', 900144, 400, async ({ code, redeem }) => redeem(await code({ resource: '' }))],
    ['without refresh token', 'invalid_request', 900144, 400, ({ renew }) => renew('')],
    ['for app-only without consent', 'invalid_grant', 65001, 400, ({ entra, token }) => (entra.asksConsent.add(home.id), token('client_credentials', { resource: other.resource }))],
    ['for app-only at common', 'unauthorized_client', 50194, 400, appOnly({ resource: other.resource }, 'common/oauth2')],
    ['for app-only without resource', 'invalid_request', 900144, 400, appOnly({})],
    ['for app-only without scope', 'invalid_request', 900144, 400, appOnly({}, v2)],
    ['for app-only without .default', 'invalid_scope', 1002012, 400, appOnly({ scope: `${other.resource}/read` }, v2)],
    ['for app-only for a resource of another tenant', 'invalid_resource', 500011, 400, appOnly({ resource: foreign.resource })],
  ])('%s: %s, AADSTS%i', async (_, error, code, status, asked) => {
    expect(await asked(open())).toMatchObject({ status, error, error_codes: [code] })
  })

  test('for a code or refresh token of another tenant, where the client is in both', async () => {
    const { code, redeem, renew } = open({ multiTenant: new Set([client.id]) })
    expect(await redeem(await code(), {}, `${away.id}/oauth2`)).toMatchObject({ error_codes: [700005] })
    const body = await redeem(await code({}, 'common/oauth2'), {}, 'common/oauth2')
    expect(body).toHaveProperty('access_token')
    expect(await renew(body['refresh_token'], {}, `${away.id}/oauth2`)).toMatchObject({ error_codes: [50020] })
    expect(await renew(body['refresh_token'], {}, 'common/oauth2')).toHaveProperty('access_token')
  })

  test('for app-only at common, where the client is in every tenant', async () => {
    const { token } = open({ multiTenant: new Set([client.id]) })
    const body = await token('client_credentials', { resource: other.resource }, 'common/oauth2')
    expect(body).toMatchObject({ error: 'invalid_request', error_codes: [9001023] })
  })
})

test('the verifier of either method redeems; no method means plain', async () => {
  const { code, redeem } = open()
  const challenges: Record<string, string>[] = [
    { code_challenge: s256, code_challenge_method: 'S256' },
    { code_challenge: verifier, code_challenge_method: 'plain' },
    { code_challenge: verifier },
  ]
  for (const challenge of challenges)
    expect(await redeem(await code(challenge), { code_verifier: verifier })).toHaveProperty('access_token')
})

test('a code is good for ten minutes by the clock, and once', async () => {
  const { code, redeem, clock } = open()
  const [young, old] = [await code(), await code()]
  clock.time += 599_999
  expect(await redeem(young)).toHaveProperty('access_token')
  expect(await redeem(young)).toMatchObject({ error: 'invalid_grant', error_codes: [54005] })
  clock.time += 1
  expect(await redeem(old)).toMatchObject({ error: 'invalid_grant', error_codes: [70008] })
})

test('hostile modes spoil codes and the endpoint of their tenant alone', async () => {
  const { entra, code, redeem, ask } = open()
  entra.modes.set(home.id, new Set(['idp.issues-expired-code']))
  expect(await redeem(await code())).toMatchObject({ error_codes: [70008] })
  entra.modes.set(home.id, new Set(['idp.token-endpoint-fails']))
  const { status, headers } = await ask([])
  expect([status, headerOf(headers, 'content-type')]).toEqual([500, expect.stringContaining('text/html')])
  expect((await ask([], `${away.id}/oauth2`)).json()).toMatchObject({ error_codes: [900144] })
})

describe('a refresh token', () => {
  const granted = async (switches: Partial<Switches> = {}) => {
    const opened = open(switches)
    const { refresh_token: value } = await opened.redeem(await opened.code())
    return { ...opened, value }
  }

  test('renews with a new one each time, and an old one lives on unless told otherwise', async () => {
    const { renew, value } = await granted()
    const { refresh_token: next } = await renew(value)
    expect(next).not.toBe(value)
    expect(await renew(value)).toHaveProperty('access_token')

    const strict = await granted({ spendsRefreshTokens: true })
    await strict.renew(strict.value)
    expect(await strict.renew(strict.value)).toMatchObject({ error_codes: [70000], suberror: 'bad_token' })
  })

  test('slides 14 days with every use, for 90 days', async () => {
    const { renew, value, clock } = await granted()
    let current = value
    for (let days = 13; days < 90; days += 13) {
      clock.time += 13 * day
      current = (await renew(current))['refresh_token']
      expect(current).toBeDefined()
    }
    expect(await renew(value)).toMatchObject({ error_codes: [700082] })
    clock.time += 12 * day
    expect(await renew(current)).toMatchObject({ error_codes: [70008] })
  })

  test('ends when its user is revoked, and not those granted after that', async () => {
    const { renew, value, entra, code, redeem } = await granted()
    revokeGrants(entra, user)
    expect(await renew(value)).toMatchObject({ error_codes: [50173], suberror: 'bad_token' })
    expect(await renew((await redeem(await code()))['refresh_token'])).toHaveProperty('access_token')
  })

  test('is bound to its client, and to no API', async () => {
    const { renew, value } = await granted()
    const stolen = await renew(value, { client_id: other.id, client_secret: other.secret })
    expect(stolen).toMatchObject({ error: 'invalid_grant', error_codes: [70000] })
    expect(await renew(value, { resource: client.resource })).toMatchObject({ resource: client.resource })
  })
})
