import { expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, single, slice } from '../../../fixtures/world/slice.ts'
import { textOf } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const { tenants, clients, users } = slice(1, 'entra.discovery', single)
const [tenant] = tenants
if (!tenant) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const keys = { kid: 'k', publicJwk: { kty: 'RSA', kid: 'k', alg: 'RS256' } } as KeySet
const application = { ...applicationOf(1), realm: '', reply: '' }
const entra = makeEntra({ origin, clock: { now: () => 0 }, keys, tenants, clients, users, replyUrl: '', application })
const wire = wireOf(entraHandlers(entra))
const get = async (rawPath: string) => {
  const response = await wire({ method: 'GET', origin, rawPath, headers: [] })
  return { status: response.status, body: JSON.parse(textOf(response)) as Record<string, unknown> }
}

test.each([
  [tenant.id, tenant.id, tenant.id],
  [tenant.domain, tenant.id, tenant.id],
  ['common', 'common', '{tenantid}'],
  ['organizations', 'organizations', '{tenantid}'],
])('at %s the documents point to %s and name %s as the issuer', async (asked, at, issuer) => {
  const base = `${origin}/${at}`
  expect((await get(`/${asked}/.well-known/openid-configuration`)).body).toMatchObject({
    issuer: `https://sts.windows.net/${issuer}/`,
    authorization_endpoint: `${base}/oauth2/authorize`,
    token_endpoint: `${base}/oauth2/token`,
    end_session_endpoint: `${base}/oauth2/logout`,
    jwks_uri: `${base}/discovery/keys`,
  })
  expect((await get(`/${asked}/v2.0/.well-known/openid-configuration`)).body).toMatchObject({
    issuer: `${origin}/${issuer}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  })
})

test('keys come without alg, and those of v2 name their issuer', async () => {
  const key = { kty: 'RSA', kid: 'k' }
  expect((await get(`/${tenant.id}/discovery/keys`)).body).toEqual({ keys: [key] })
  const issued = { ...key, issuer: `${origin}/${tenant.id}/v2.0` }
  expect((await get(`/${tenant.id}/discovery/v2.0/keys`)).body).toEqual({ keys: [issued] })
  expect((await get('/common/discovery/v2.0/keys')).body).toEqual({
    keys: [{ ...key, issuer: `${origin}/{tenantid}/v2.0` }],
  })
})

test.each(['/.well-known/openid-configuration', '/v2.0/.well-known/openid-configuration', '/discovery/keys'])(
  'an unknown tenant has no %s',
  async (path) => {
    expect(await get(`/nobody.test${path}`)).toMatchObject({ status: 400, body: { error_codes: [90002] } })
  },
)
