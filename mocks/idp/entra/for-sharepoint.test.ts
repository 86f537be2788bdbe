import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, everyKind, single, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const kinds = { ...everyKind, sharePoint: 'entra' } as const
const { tenants, clients, users } = slice(1, 'entra.sharepoint', { ...single, sharePointClientsPerTenant: 1 }, kinds)
const [[tenant], [ordinary, forSharePoint], [user]] = [tenants, clients, users]
if (!tenant || !ordinary || !forSharePoint || !user) throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const replyUrl = 'https://cache.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const start = Date.UTC(2016, 3, 11, 18, 0, 12)
const [hour, day] = [3_600_000, 86_400_000]
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

/** A grant of the user to a client, and how it is renewed, at a tenant in these modes. */
const granted = async (client: typeof ordinary, ...modes: HostileModeId[]) => {
  const clock = { time: start, now: () => clock.time }
  const entra = makeEntra({ origin, clock, keys, tenants, clients, users, replyUrl, application, auto: user })
  entra.modes.set(tenant.id, new Set(modes))
  const wire = wireOf(entraHandlers(entra))
  const at = `/${tenant.id}/oauth2/v2.0`
  const scope = `openid offline_access ${client.resource}/.default`
  const query = encodeForm(Object.entries({ client_id: client.id, response_type: 'code', redirect_uri: replyUrl, scope })) // prettier-ignore
  const sell = async (form: Record<string, string>): Promise<Record<string, unknown>> => {
    const { status, body } = await wire({
      method: 'POST',
      origin,
      rawPath: `${at}/token`,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: Buffer.from(encodeForm(Object.entries({ client_id: client.id, client_secret: client.secret, scope, ...form }))), // prettier-ignore
    })
    return status === 500 ? { status } : (JSON.parse(textOf({ body })) as Record<string, unknown>)
  }
  const back = await wire({ method: 'GET', origin, rawPath: `${at}/authorize?${query}`, headers: [] })
  const { code = '' } = Object.fromEntries(queryOf(headerOf(back.headers, 'location') ?? ''))
  const first = await sell({ grant_type: 'authorization_code', code, redirect_uri: replyUrl })
  const renew = (token: unknown) => sell({ grant_type: 'refresh_token', refresh_token: String(token) })
  return { first, renew, clock }
}

test('a token for SharePoint Online is one of the first version, named by its certificate', async () => {
  const { first } = await granted(forSharePoint)
  const token = String(first['access_token'])
  expect(decodeJwt(token)).toMatchObject({ ver: '1.0', appid: forSharePoint.id, aud: forSharePoint.resource })
  expect(decodeProtectedHeader(token)).toHaveProperty('x5t')
})

test('it lives as long as its tenant is told, to the second, and others do not', async () => {
  const told = await granted(forSharePoint, 'sts.access-lives:59')
  expect([told.first['expires_in'], decodeJwt(String(told.first['access_token'])).exp]).toEqual([59, start / 1000 + 59])
  const other = await granted(ordinary, 'sts.access-lives:59')
  expect(other.first['expires_in']).toBe(3599)
})

test.each([
  ['sts.follows:guest', 11 * hour, 13 * hour],
  ['sts.follows:admin', 89 * day, 91 * day],
] as const)('its refresh token lives as in %s', async (mode, early, late) => {
  const { first, renew, clock } = await granted(forSharePoint, mode)
  clock.time = start + early
  expect(await renew(first['refresh_token'])).toHaveProperty('access_token')
  clock.time = start + late
  expect(await renew(first['refresh_token'])).toMatchObject({ error: 'invalid_grant', suberror: 'bad_token' })
})

test('a refresh token serves once, stays, or ends every grant, where that is so', async () => {
  const once = await granted(forSharePoint, 'sts.detects-reuse')
  const second = await once.renew(once.first['refresh_token'])
  expect(await once.renew(once.first['refresh_token'])).toHaveProperty('error', 'invalid_grant')
  expect(await once.renew(second['refresh_token'])).toHaveProperty('error', 'invalid_grant')
  const staying = await granted(forSharePoint, 'sts.keeps-refresh-token')
  expect(await staying.renew(staying.first['refresh_token'])).not.toHaveProperty('refresh_token')
  const spending = await granted(forSharePoint, 'sts.spends-refresh-tokens')
  await spending.renew(spending.first['refresh_token'])
  expect(await spending.renew(spending.first['refresh_token'])).toHaveProperty('error', 'invalid_grant')
})

// oxfmt-ignore
test.each([
  ['sts.fails', { status: 500 }],
  ['sts.refuses-codes', { error: 'invalid_grant' }],
  ['sts.says-expires-in:"soon"', { expires_in: 'soon' }],
] as const)('%s is met by clients for SharePoint alone', async (mode, answer) => {
  expect((await granted(forSharePoint, mode)).first).toMatchObject(answer)
  expect((await granted(ordinary, mode)).first).toMatchObject({ expires_in: 3599 })
})

test('no refresh token is sold where that is so', async () => {
  expect((await granted(forSharePoint, 'sts.omits-refresh-token')).first).not.toHaveProperty('refresh_token')
  expect((await granted(ordinary, 'sts.omits-refresh-token')).first).toHaveProperty('refresh_token')
})
