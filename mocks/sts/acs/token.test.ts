import { decodeJwt, importX509, jwtVerify } from 'jose'
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { acsIssuerOf, principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { encodeForm } from '../../../protocols/form.ts'
import { pemOf } from '../../../protocols/signature/certificate.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { textOf } from '../../../protocols/wire.ts'
import { revokeGrants } from '../../idp/entra/state.ts'
import { nameIdOf } from './mint.ts'
import { addInLifetimes } from './state.ts'
import type { Switches } from './state.ts'
import { acsUnderTest, start } from './under-test.ts'

const day = 86_400_000
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

type Body = Record<string, unknown>

/** A service whose user is signed in without a page. */
const open = (switches: Partial<Switches> = {}) => {
  const ground = acsUnderTest(keys, switches)
  const { wire, origin, realm, client, replyUrl } = ground
  const resource = sharePointResourceOf(client.resource, realm.id)
  const ask = async (form: Pairs, at = realm.id, method = 'POST') => {
    const headers: Pairs = [['content-type', 'application/x-www-form-urlencoded']]
    const body = new TextEncoder().encode(encodeForm(form))
    const response = await wire({ method, origin, rawPath: `/${at}/tokens/OAuth/2`, headers, body })
    return { ...response, json: () => ({ ...(JSON.parse(textOf(response)) as Body), status: response.status }) }
  }
  const fieldsOf = (grant: string) => ({
    grant_type: grant,
    client_id: principalOf(client.id, realm.id),
    client_secret: client.secret,
    resource,
  })
  const token = async (grant: string, form: Record<string, string | undefined>, at?: string): Promise<Body> => {
    const fields = Object.entries({ ...fieldsOf(grant), ...form })
    return (
      await ask(
        fields.flatMap(([name, value]): Pairs => (value === undefined ? [] : [[name, value]])),
        at,
      )
    ).json()
  }
  const redeem = async (code: string, form: Record<string, string | undefined> = {}, at?: string) =>
    token('authorization_code', { code, redirect_uri: replyUrl, ...form }, at)
  const renew = async (value: unknown, form: Record<string, string> = {}, at?: string) =>
    token('refresh_token', { refresh_token: String(value), ...form }, at)
  const granted = async () => ({ value: (await redeem(await ground.code()))['refresh_token'] })
  return { ...ground, resource, ask, fieldsOf, token, redeem, renew, granted }
}
type Opened = ReturnType<typeof open>

/** The claims of a token that the published certificate verifies. */
const verified = async ({ wire, origin, realm, clock }: Opened, value: unknown) => {
  const at = { method: 'GET', origin, rawPath: `/metadata/json/1?realm=${realm.id}`, headers: [] }
  const metadata = JSON.parse(textOf(await wire(at))) as { keys: { keyValue: { value: string } }[] }
  const certificate = metadata.keys[0]?.keyValue.value ?? ''
  const key = await importX509(pemOf(certificate), 'RS256')
  const { payload, protectedHeader } = await jwtVerify(String(value), key, { currentDate: new Date(clock.time) })
  const x5t = createHash('sha1').update(Buffer.from(certificate, 'base64')).digest('base64url')
  expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'RS256', x5t })
  return payload
}

test('the metadata names one OAuth2 endpoint, in the realm that is asked for, and no other realm', async () => {
  const { wire, origin, realm } = open()
  const at = (name: string) => wire({ method: 'GET', origin, rawPath: `/metadata/json/1?realm=${name}`, headers: [] })
  const { endpoints } = JSON.parse(textOf(await at(realm.id))) as {
    endpoints: { protocol: string; location: string }[]
  }
  expect(endpoints.filter(({ protocol }) => protocol === 'OAuth2')).toEqual([
    { protocol: 'OAuth2', usage: 'issuance', location: `${origin}/${realm.id}/tokens/OAuth/2` },
  ])
  expect((await at(realm.domain)).status).toBe(404)
})

describe('what is sold', () => {
  test('for a code are strings, and a token of user and app for the SharePoint that was asked for', async () => {
    const opened = open()
    const { redeem, code, resource, realm, client, user } = opened
    const { access_token: access, refresh_token: refresh, ...rest } = await redeem(await code())
    const now = start / 1000
    expect(rest).toEqual({
      status: 200,
      token_type: 'Bearer',
      expires_in: '3600',
      not_before: String(now),
      expires_on: String(now + 3600),
      resource,
    })
    expect(refresh).toEqual(expect.any(String))
    expect(await verified(opened, access)).toEqual({
      aud: resource,
      iss: acsIssuerOf(realm.id),
      nbf: now,
      exp: now + 3600,
      jti: expect.any(String),
      nameid: nameIdOf(user),
      actor: principalOf(client.id, realm.id),
      identityprovider: 'urn:federation:microsoftonline',
    })
  })

  test('for a secret alone is a token of the app, without actor and without a refresh token', async () => {
    const opened = open()
    const { token, resource, realm, client } = opened
    const body = await token('client_credentials', {})
    expect(body).not.toHaveProperty('refresh_token')
    const app = principalOf(client.id, realm.id)
    const claims = await verified(opened, body['access_token'])
    expect(claims).toMatchObject({ aud: resource, nameid: app, trustedfordelegation: 'false', sub: claims['oid'] })
    expect(claims).toMatchObject({ identityprovider: acsIssuerOf(realm.id) })
    expect(claims).not.toHaveProperty('actor')
  })

  test('names the same user the same way, and no two alike', async () => {
    const { users } = open()
    expect(nameIdOf(users[0])).toMatch(/^1003[\da-f]{12}$/)
    expect(nameIdOf(users[0])).not.toBe(nameIdOf(users[1]))
  })

  test('lives twelve hours and renews for half a year in the time of the add-ins', async () => {
    const { redeem, renew, code, clock } = open({ lifetimes: addInLifetimes })
    const body = await redeem(await code())
    expect(body['expires_in']).toBe('43200')
    clock.time += 179 * day
    expect(await renew(body['refresh_token'])).toHaveProperty('access_token')
    clock.time += day
    expect(await renew(body['refresh_token'])).toMatchObject({ status: 401 })
  })
})

type Attempt = (opened: Opened) => Promise<Body>
const field =
  (changed: Record<string, string | undefined>): Attempt =>
  async ({ redeem, code }) =>
    redeem(await code(), changed)

describe('a request is refused', () => {
  // oxfmt-ignore
  test.each<[string, string, string, Attempt]>([
    ['by another verb', 'invalid_request', 'ACS90004', async ({ ask, realm }) => (await ask([], realm.id, 'PUT')).json()],
    ['at a realm that is none', 'invalid_request', 'ACS90004', async ({ redeem, code }) => redeem(await code(), {}, 'nowhere')],
    ['at the domain of a realm', 'invalid_request', 'ACS90004', async ({ redeem, code, realm }) => redeem(await code(), {}, realm.domain)],
    ['with a field twice', 'invalid_request', 'ACS90004', async ({ ask, fieldsOf }) => (await ask([...Object.entries(fieldsOf('client_credentials')), ['resource', 'x']])).json()],
    ['without a grant type', 'invalid_request', 'ACS90011', field({ grant_type: undefined })],
    ['without a client', 'invalid_request', 'ACS90011', field({ client_id: '' })],
    ['without a secret', 'invalid_request', 'ACS90011', field({ client_secret: undefined })],
    ['without a resource', 'invalid_request', 'ACS90011', field({ resource: undefined })],
    ['without a code', 'invalid_request', 'ACS90011', field({ code: undefined })],
    ['without a redirect URI', 'invalid_request', 'ACS90011', field({ redirect_uri: undefined })],
    ['of another grant type', 'unsupported_grant_type', 'ACS90004', field({ grant_type: 'password' })],
    ['of a client named without its realm', 'invalid_client', 'ACS50012', async ({ redeem, code, client }) => redeem(await code(), { client_id: client.id })],
    ['of a client of another realm', 'invalid_client', 'ACS50012', async ({ redeem, code, foreign, realm }) => redeem(await code(), { client_id: principalOf(foreign.id, realm.id), client_secret: foreign.secret })],
    ['of a client named in another realm', 'invalid_client', 'ACS50012', async ({ redeem, code, client, away }) => redeem(await code(), { client_id: principalOf(client.id, away.id) })],
    ['with another secret', 'invalid_client', 'ACS50012', field({ client_secret: 'wrong' })],
    ['with the URL of the site as its resource', 'invalid_resource', 'ACS50001', async ({ redeem, code, client }) => redeem(await code(), { resource: client.resource })],
    ['with the SharePoint of another realm', 'invalid_resource', 'ACS50001', async ({ redeem, code, foreign, realm }) => redeem(await code(), { resource: sharePointResourceOf(foreign.resource, realm.id) })],
    ['with a resource in another realm', 'invalid_resource', 'ACS50001', async ({ redeem, code, client, away }) => redeem(await code(), { resource: sharePointResourceOf(client.resource, away.id) })],
    ['with a code that is none', 'invalid_grant', 'ACS70000', field({ code: 'none' })],
    ['with the code of another client', 'invalid_grant', 'ACS70000', async ({ redeem, code, other, realm }) => redeem(await code(), { client_id: principalOf(other.id, realm.id), client_secret: other.secret })],
    ['with another redirect URI', 'invalid_grant', 'ACS50011', field({ redirect_uri: 'https://broker.test/other' })],
    ['with a refresh token that is none', 'invalid_grant', 'ACS70000', async ({ renew }) => renew('none')],
  ])('%s', async (_, error, number, attempt) => {
    const body = await attempt(open())
    expect(body).toMatchObject({ status: 400, error })
    const guid = '[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}'
    const shape = `^${number}: [^\\r]+\\r\\nTrace ID: ${guid}\\r\\nCorrelation ID: ${guid}\\r\\nTimestamp: 2016-04-11 18:00:12Z$`
    expect(body['error_description']).toMatch(new RegExp(shape))
    expect(Object.keys(body)).toEqual(['error', 'error_description', 'status'])
  })

  test('with the numbers of Entra ID where the switch says so', async () => {
    const { redeem, code } = open({ errorNumbers: 'aadsts' })
    const refused = await redeem(await code(), { client_secret: 'wrong' })
    expect(refused).toMatchObject({ error_description: expect.stringMatching(/^AADSTS7000215: /) })
  })
})

describe('a code', () => {
  test('is spent by its first redemption, and not by one that is refused', async () => {
    const { code, redeem } = open()
    const value = await code()
    expect(await redeem(value, { client_secret: 'wrong' })).toMatchObject({ error: 'invalid_client' })
    expect(await redeem(value)).toHaveProperty('access_token')
    expect(await redeem(value)).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  test('lives five minutes', async () => {
    const { code, redeem, clock } = open()
    const [early, late] = [await code(), await code()]
    clock.time += 299_999
    expect(await redeem(early)).toHaveProperty('access_token')
    clock.time += 1
    expect(await redeem(late)).toMatchObject({ error_description: expect.stringContaining('expired') })
  })
})

describe('a refresh token', () => {
  test('renews with a new one each time, and the old one lives on', async () => {
    const { granted, renew } = open()
    const { value } = await granted()
    const { refresh_token: next, access_token: access } = await renew(value)
    expect(next).not.toBe(value)
    expect(decodeJwt(String(access))).toHaveProperty('actor')
    expect(await renew(value)).toHaveProperty('access_token')
  })

  test('slides 14 days with every use, for 90 days, and is answered with 401 after that', async () => {
    const { granted, renew, clock } = open()
    const { value } = await granted()
    let current = value
    for (let days = 13; days < 90; days += 13) {
      clock.time += 13 * day
      current = (await renew(current))['refresh_token']
      expect(current).toBeDefined()
    }
    const expired = { status: 401, error: 'invalid_grant', error_description: expect.stringContaining('expired') }
    expect(await renew(value)).toMatchObject(expired)
    clock.time += 12 * day
    expect(await renew(current)).toMatchObject(expired)
  })

  test('ends when its user is revoked, and is bound to its client', async () => {
    const { granted, renew, entra, user, other, realm } = open()
    const { value } = await granted()
    const thief = { client_id: principalOf(other.id, realm.id), client_secret: other.secret }
    expect(await renew(value, thief)).toMatchObject({ status: 400, error: 'invalid_grant' })
    revokeGrants(entra, user)
    expect(await renew(value)).toMatchObject({ status: 400, error: 'invalid_grant' })
  })
})

describe('towards a realm that is set to it, the service', () => {
  test('fails with a page', async () => {
    const { ask, fieldsOf, misbehave } = open()
    misbehave('sts.fails')
    const { status, headers } = await ask(Object.entries(fieldsOf('client_credentials')))
    expect([status, headers]).toEqual([500, expect.arrayContaining([['content-type', 'text/html']])])
  })

  test('refuses codes, and renewals as expired', async () => {
    const { code, redeem, renew, granted, misbehave } = open()
    const { value } = await granted()
    misbehave('sts.refuses-codes', 'sts.refuses-renewals')
    expect(await redeem(await code())).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await renew(value)).toMatchObject({ status: 401, error: 'invalid_grant' })
  })

  test('sells no refresh token, or renews without a new one, or once', async () => {
    const { code, redeem, renew, granted, misbehave } = open()
    const { value } = await granted()
    misbehave('sts.keeps-refresh-token')
    for (const body of [await renew(value), await renew(value)]) {
      expect(body).toHaveProperty('access_token')
      expect(body).not.toHaveProperty('refresh_token')
    }
    misbehave('sts.spends-refresh-tokens')
    expect(await renew(value)).toMatchObject({ error: 'invalid_grant' })
    const { value: second } = await granted()
    expect(await renew(second)).toHaveProperty('refresh_token')
    expect(await renew(second)).toMatchObject({ error: 'invalid_grant' })
    misbehave('sts.omits-refresh-token')
    expect(await redeem(await code())).not.toHaveProperty('refresh_token')
  })

  test('and towards no other', async () => {
    const { entra, away, code, redeem } = open()
    entra.modes.set(away.id, new Set(['sts.fails']))
    expect(await redeem(await code())).toHaveProperty('access_token')
  })
})
