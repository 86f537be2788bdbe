import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { nearMissKinds, nearMissesOf } from '../../../fixtures/near-miss/near-miss.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import type { Pairs, WireRequest } from '../../../protocols/wire.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 1, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.token-properties', shape)
const [[tenant], [client], [user]] = [tenants, clients, users]
if (!tenant || !client || !user) throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback?kept=1'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

const open = () => {
  const clock = { now: () => 0 }
  const entra = makeEntra({ origin, clock, keys, tenants, clients, users, replyUrl, application, auto: user })
  const wire = wireOf(entraHandlers(entra))
  const ask = (request: Partial<WireRequest>) =>
    wire({
      method: 'POST',
      origin,
      rawPath: `/${tenant.id}/oauth2/token`,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      ...request,
    })
  const code = async (more: Pairs = []) => {
    const query = encodeForm([
      ['client_id', client.id],
      ['response_type', 'code'],
      ['redirect_uri', replyUrl],
      ['resource', client.resource],
      ...more,
    ])
    const { headers } = await ask({ method: 'GET', rawPath: `/${tenant.id}/oauth2/authorize?${query}`, headers: [] })
    return queryOf(headerOf(headers, 'location') ?? '').find(([name]) => name === 'code')?.[1] ?? ''
  }
  const redeem = async (given: string, changed: Record<string, string> = {}, uris: readonly string[] = [replyUrl]) => {
    const valid = { grant_type: 'authorization_code', code: given }
    const secret = { client_id: client.id, client_secret: client.secret }
    const sent: Pairs = uris.map((uri) => ['redirect_uri', uri])
    const body = bytes(encodeForm([...Object.entries({ ...valid, ...secret, ...changed }), ...sent]))
    return JSON.parse(textOf(await ask({ body }))) as { access_token?: string; error?: string; error_codes?: number[] }
  }
  return { ask, code, redeem }
}
const bytes = (text: string) => new TextEncoder().encode(text)

test('no code redeems twice, in whatever order and however many at once', async () => {
  const picks = fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })
  const property = fc.asyncProperty(picks, async (rounds) => {
    const { code, redeem } = open()
    const codes = [await code(), await code(), await code()]
    const bought: string[] = []
    for (const round of rounds) {
      const asked = round.map((pick) => codes[pick] ?? '')
      const answers = await Promise.all(asked.map((one) => redeem(one)))
      bought.push(...asked.filter((_, index) => answers[index]?.access_token !== undefined))
    }
    expect(bought.toSorted()).toEqual([...new Set(rounds.flat().map((pick) => codes[pick] ?? ''))].toSorted())
  })
  await fc.assert(property, { seed: 1, numRuns: 20 })
})

test('every altered redirect_uri is refused, and does not spend the code', async () => {
  const { code, redeem } = open()
  const given = await code()
  const near = nearMissKinds.flatMap((kind) => nearMissesOf(kind, replyUrl, 'foreign.test') ?? [])
  const other = fc.string({ unit: 'binary', minLength: 1 }).map((uri) => ({ given: [uri] as readonly string[] }))
  const property = fc.asyncProperty(fc.oneof(...near, other), async ({ given: uris }) => {
    const { error, error_codes: numbers } = await redeem(given, {}, uris)
    expect([error, numbers?.[0]]).toEqual(uris.length > 1 ? ['invalid_request', 9000411] : ['invalid_grant', 500112])
  })
  await fc.assert(property, { seed: 1, numRuns: 200 })
  expect(await redeem(given)).toHaveProperty('access_token')
})

test('no verifier but the right one redeems', async () => {
  const { code, redeem } = open()
  const right = 'v'.repeat(50)
  const given = await code([['code_challenge', right]])
  const wrong = fc.oneof(
    fc.string(),
    fc.nat(49).map((at) => `${right.slice(0, at)}w${right.slice(at + 1)}`),
    fc.nat(49).map((size) => right.slice(0, size)),
  )
  const property = fc.asyncProperty(wrong, async (verifier) => {
    expect(await redeem(given, { code_verifier: verifier })).toMatchObject({ error_codes: [501481] })
  })
  await fc.assert(property, { seed: 1, numRuns: 100 })
  expect(await redeem(given, { code_verifier: right })).toHaveProperty('access_token')
})

test('every refusal of the token endpoint is JSON with an AADSTS code, and asks for no authentication scheme', async () => {
  const { ask } = open()
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const known = fc.constantFrom('authorization_code', 'refresh_token', 'client_credentials', client.id, client.secret)
  const name = fc.constantFrom('grant_type', 'client_id', 'client_secret', 'code', 'refresh_token', 'resource', 'scope')
  const form = fc.array(fc.tuple(fc.oneof(name, text), fc.oneof(known, text)), { maxLength: 8 })
  const request = fc.record({
    method: fc.constantFrom('POST', 'GET', 'PUT'),
    tenant: fc.constantFrom(tenant.id, tenant.domain, 'common', 'organizations', 'nobody.test'),
    version: fc.constantFrom('', 'v2.0/'),
    body: fc.oneof(form.map(encodeForm), text),
    authorization: fc.option(fc.base64String()),
  })
  const property = fc.asyncProperty(request, async ({ method, tenant: at, version, body, authorization }) => {
    const basic: Pairs = authorization === null ? [] : [['authorization', `Basic ${authorization}`]]
    const answer = await ask({ method, rawPath: `/${at}/oauth2/${version}token`, headers: basic, body: bytes(body) })
    const {
      error,
      error_codes: [code] = [],
      error_description: says,
      timestamp,
      ...ids
    } = JSON.parse(textOf(answer)) as Record<string, string> & { error_codes?: number[] }
    expect([400, 401]).toContain(answer.status)
    expect(headerOf(answer.headers, 'content-type')).toContain('application/json')
    expect(headerOf(answer.headers, 'www-authenticate')).toBeUndefined()
    expect(error).toMatch(/^[a-z_]+$/)
    expect(says).toMatch(
      new RegExp(
        `^AADSTS${code}: .+\\r\\nTrace ID: ${ids['trace_id']}\\r\\nCorrelation ID: ${ids['correlation_id']}\\r\\nTimestamp: ${timestamp}$`,
      ),
    )
    expect([timestamp, ids['error_uri']]).toEqual(['1970-01-01 00:00:00Z', `${origin}/error?code=${code}`])
  })
  await fc.assert(property, { seed: 1, numRuns: 300 })
})

test('a wrong verb, and a client that proves itself twice, are refused before the grant is looked at', async () => {
  const { ask } = open()
  const numbers = async (request: Partial<WireRequest>) =>
    (JSON.parse(textOf(await ask(request))) as { error_codes?: number[] }).error_codes
  expect(await numbers({ method: 'GET' })).toEqual([900561])
  const form = (changed: Record<string, string>) =>
    bytes(encodeForm(Object.entries({ grant_type: 'client_credentials', ...changed })))
  const basic: Pairs = [['authorization', `Basic ${btoa(`${client.id}:${client.secret}`)}`]]
  expect(await numbers({ headers: basic, body: form({ client_secret: client.secret }) })).toEqual([90023])
  expect(await numbers({ headers: basic, body: form({ client_id: 'another' }) })).toEqual([90023])
  expect(await numbers({ headers: basic, body: form({ resource: client.resource }) })).toBeUndefined()
})
