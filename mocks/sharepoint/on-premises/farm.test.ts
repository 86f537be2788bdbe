import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { sidOf } from '../../../fixtures/world/farms.ts'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { writeDocument } from '../../../protocols/high-trust/metadata-document.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { secretOf } from '../../idp/forge-token.ts'
import { visitorAt } from '../../idp/visitor.ts'
import { trustCertificates, trustDocument } from './trust.ts'
import { farmsUnderTest } from './under-test.ts'

let keys: Record<'adfs' | 'farm' | 'app' | 'stranger', KeySet>
beforeAll(async () => {
  const [adfs, farm, app, stranger] = await Promise.all([makeKeySet(), makeKeySet(), makeKeySet(), makeKeySet()])
  keys = { adfs, farm, app, stranger }
})

const open = () => {
  const ground = farmsUnderTest(keys)
  const { onPremises, farm, awayFarm, certificate, wire, origin } = ground
  for (const one of [farm, awayFarm]) trustCertificates(onPremises, one, [certificate])
  const ask = async (headers: Pairs, path = '_api/web/currentuser', method = 'GET') => {
    const response = await wire({ method, origin, rawPath: `/${farm.realm}/${path}`, headers })
    const text = textOf(response)
    return {
      status: response.status,
      said: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
      diagnostics: headerOf(response.headers, 'x-ms-diagnostics'),
      challenge: headerOf(response.headers, 'www-authenticate'),
    }
  }
  return { ...ground, ask, calls: (token: string) => ask([['authorization', `Bearer ${token}`]]) }
}
type Opened = ReturnType<typeof open>
const claim = (token: Promise<string> | string, one: Opened) =>
  Promise.resolve(token).then((text) => one.userToken(text))

describe('a call of high trust', () => {
  test('is one of the user and the app that its tokens name', async () => {
    const one = open()
    const { said } = await one.calls(one.userToken(await one.actorToken()))
    expect(said).toMatchObject({ Title: one.user.displayName, LoginName: `i:05.t|ad fs|${one.user.name}` })
  })

  test.each<[string, (one: Opened) => Promise<string>]>([
    ['times as strings', async (one) => one.userToken(await one.actorToken({ nbf: '1460397612', exp: '1460400000' }))],
    ['delegation as a boolean', async (one) => one.userToken(await one.actorToken({ trustedfordelegation: true }))],
    ['no beginning', async (one) => one.userToken(await one.actorToken({ nbf: undefined }))],
    ['a clock four minutes off', async (one) => one.userToken(await one.actorToken({ exp: one.clock.time / 1000 - 240 }))], // prettier-ignore
    ['a user of the trusted provider', async (one) => one.userToken(await one.actorToken(), { nii: 'trusted:ad fs', nameid: one.user.name })], // prettier-ignore
  ])('is taken with %s', async (_, token) => {
    const one = open()
    expect((await one.calls(await token(one))).said).toMatchObject({ Title: one.user.displayName })
  })

  test.each([undefined, true])('of the app alone is one, whether it says delegation: %s', async (delegation) => {
    const one = open()
    const { said } = await one.calls(await one.actorToken({ trustedfordelegation: delegation }))
    expect(said).toMatchObject({ Title: 'SharePoint App' })
  })

  const signature = '3000006;reason="Token contains invalid signature.";category="invalid_client"'
  const algorithm = expect.stringContaining('3005004;reason="The token does not contain valid algorithm')
  const audience = '3000003;reason="Invalid audience Uri.";category="invalid_client"'
  const expired = 'reason="The token has expired.";category="invalid_client"'
  const withAudience = (one: Opened, aud: string) => ({ aud, iss: principalOf(one.farm.issuer, one.farm.realm) })

  test.each<[string, (one: Opened) => Promise<string>, unknown]>([
    ['no JWT', async () => 'a.b', undefined],
    ['an actor token of a stranger under the right thumbprint', (one) => claim(one.actorToken({}, {}, keys.stranger), one), signature], // prettier-ignore
    ['an unknown thumbprint', (one) => claim(one.actorToken({}, { x5t: 'x' }), one), undefined],
    ['no thumbprint', (one) => claim(one.actorToken({}, { x5t: undefined }), one), undefined],
    ['no actor token', async (one) => one.userToken('', { actortoken: undefined }), algorithm],
    ['an actor token that nobody signed', async (one) => one.userToken(one.userToken('', { actortoken: undefined })), algorithm], // prettier-ignore
    ['an actor token within an actor token', async (one) => claim(one.actorToken({ actortoken: await one.actorToken() }), one), undefined], // prettier-ignore
    ['an actor token under the public key as a secret', (one) => claim(hs256(one), one), algorithm],
    ['a hashed proof token', async (one) => one.userToken(await one.actorToken(), { ver: 'hashedprooftoken' }), undefined], // prettier-ignore
    ['the audience of another farm', (one) => claim(one.actorToken(withAudience(one, sharePointResourceOf(one.origin, one.awayFarm.realm))), one), audience], // prettier-ignore
    ['another audience around it', async (one) => one.userToken(await one.actorToken(), { aud: 'x' }), audience],
    ['a realm without a host', (one) => claim(one.actorToken({ aud: principalOf('00000003-0000-0ff1-ce00-000000000000', one.farm.realm) }), one), audience], // prettier-ignore
    ['another issuer', (one) => claim(one.actorToken({ iss: one.app }), one), undefined],
    ['another app', (one) => claim(one.actorToken({ nameid: principalOf(one.awayFarm.app.id, one.farm.realm) }), one), undefined], // prettier-ignore
    ['another app around it', async (one) => one.userToken(await one.actorToken(), { iss: principalOf(one.farm.issuer, one.farm.realm) }), undefined], // prettier-ignore
    ['no delegation', (one) => claim(one.actorToken({ trustedfordelegation: undefined }), one), undefined],
    ['an end that is over', (one) => claim(one.actorToken({ exp: one.clock.time / 1000 - 301 }), one), expired],
    ['an end that is over around it', async (one) => one.userToken(await one.actorToken(), { exp: 1 }), expired],
    ['no end', (one) => claim(one.actorToken({ exp: undefined }), one), expired],
    ['a beginning to come', (one) => claim(one.actorToken({ nbf: one.clock.time / 1000 + 301 }), one), expired],
    ['a user of another farm', async (one) => one.userToken(await one.actorToken(), { nameid: sidOf(one.foreign) }), undefined], // prettier-ignore
    ['a user of an unknown provider', async (one) => one.userToken(await one.actorToken(), { nii: 'trusted:other', nameid: one.user.name }), undefined], // prettier-ignore
    ['a SID as the name of the trusted provider', async (one) => one.userToken(await one.actorToken(), { nii: 'trusted:ad fs' }), undefined], // prettier-ignore
  ])('is refused with %s', async (_, token, diagnostics) => {
    const one = open()
    const { status, challenge, ...said } = await one.calls(await token(one))
    expect([status, challenge]).toEqual([401, expect.stringContaining(`Bearer realm="${one.farm.realm}"`)])
    expect(said.diagnostics).toEqual(diagnostics)
  })

  test('is refused by an issuer that is registered for another app alone', async () => {
    const one = open()
    const [known] = one.onPremises.trusted.get(one.farm.realm) ?? []
    if (known) one.onPremises.trusted.set(one.farm.realm, [{ ...known, broker: false }])
    expect((await one.calls(await claim(one.actorToken(), one))).status).toBe(401)
  })
})

const hs256 = ({ x5t, aud, farm, app }: Opened): string => {
  const claims = { aud, iss: principalOf(farm.issuer, farm.realm), nameid: app, exp: 2 ** 32 }
  const text = [{ typ: 'JWT', alg: 'HS256', x5t }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const secret = secretOf(keys.app.publicJwk, 'pem')
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

test('a farm learns its issuer by the metadata document of the issuer, in either spelling', async () => {
  for (const spelling of ['keyValue', 'keyvalue'] as const) {
    const one = open()
    const { onPremises, farm, certificate, x5t: thumbprint } = one
    const token = await claim(one.actorToken(), one)
    trustCertificates(onPremises, farm, [])
    expect((await one.calls(token)).status).toBe(401)
    const about = { name: 'x', issuer: 'x', location: 'https://cache.test/' }
    expect(trustDocument(onPremises, farm, writeDocument(about, [{ certificate, thumbprint }], spelling))).toBe(true)
    expect((await one.calls(token)).status).toBe(200)
  }
  const { onPremises, farm } = open()
  expect(['', '[]', '{"keys":[]}', '<html>'].map((text) => trustDocument(onPremises, farm, text))).toEqual([false, false, false, false]) // prettier-ignore
})

test('a farm tells its realm to whoever has no token, and its own key to whoever asks', async () => {
  const { ask, farm } = open()
  const { status, challenge } = await ask([['authorization', 'Bearer']], '_vti_bin/client.svc')
  expect([status, challenge]).toEqual([401, expect.stringMatching(`^Bearer realm="${farm.realm}",client_id="00000003-`)]) // prettier-ignore
  const { said } = await ask([], '_layouts/15/metadata/json/1')
  expect(said).toMatchObject({
    issuer: `00000003-0000-0ff1-ce00-000000000000@${farm.realm}`,
    keys: [{ usage: 'signing', keyvalue: { type: 'x509Certificate', value: keys.farm.publicJwk.x5c?.[0] } }],
  })
})

test('a session ends ten minutes before its SAML token, is of one farm, and needs a digest to change anything', async () => {
  const { ask, wire, origin, user, farm, awayFarm, clock } = open()
  const visitor = visitorAt(wire, origin)
  const query = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:sharepoint:farm' })
  const shown = (await visitor.get(`/adfs/ls/?${query.toString()}`)).form
  const { form } = await visitor.post(shown?.action ?? '', { ...shown?.fields, UserName: user.name, Password: user.password }) // prettier-ignore
  await visitor.post('/_trust/', form?.fields ?? {})
  const cookie: Pairs = [['cookie', `FedAuth=${visitor.cookies.get('FedAuth')}`]]
  expect((await ask(cookie)).said).toMatchObject({ Title: user.displayName })
  expect((await ask(cookie, "_api/web/lists/getbytitle('Tasks')/items", 'POST')).status).toBe(403)
  expect((await ask(cookie, `../${awayFarm.realm}/_api/web`)).status).toBe(401)
  clock.time += 49 * 60_000
  expect((await ask(cookie)).status).toBe(200)
  clock.time += 60_000
  expect([(await ask(cookie)).status, farm.realm]).toEqual([401, farm.realm])
  const again = await visitor.post('/_trust/', { ...form?.fields, wresult: '<x/>' })
  expect(again.status).toBe(403)
})
