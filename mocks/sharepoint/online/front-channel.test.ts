import { jwtVerify } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { acsIssuerOf, principalOf } from '../../../protocols/acs/names.ts'
import { headerOf } from '../../../protocols/wire.ts'
import { visitorAt } from '../../idp/visitor.ts'
import type { Switches } from '../../sts/acs/state.ts'
import { acsUnderTest, start } from '../../sts/acs/under-test.ts'

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

const open = (signedIn = true, switches: Partial<Switches> = {}) => {
  const ground = acsUnderTest(keys, switches, { signedIn })
  const visitor = visitorAt(ground.wire, ground.origin)
  return {
    ...ground,
    visitor,
    ask: (...given: Parameters<typeof ground.pageAt>) => visitor.get(ground.pageAt(...given)),
  }
}
const page = 'OAuthAuthorize.aspx'
const paramsOf = (location = '') => Object.fromEntries(new URL(location).searchParams)

describe('SharePoint gives a code', () => {
  test('to who signs in at Entra ID, and without a page to who is signed in there', async () => {
    const { visitor, ask, user, acs, replyUrl } = open(false)
    const asked = { scope: 'Web.Read List.Write', state: 'a state & more' }
    const shown = await visitor.signIn(await ask(page, asked), user)
    expect(shown).toMatchObject({ status: 302, location: expect.stringContaining(`${replyUrl}?`) })
    const { code = '', ...rest } = paramsOf(shown.location)
    expect(rest).toEqual({ state: asked.state })
    expect(acs.codes.look(code)).toMatchObject({ user, expiresAt: start + 300_000 })
    expect(paramsOf((await ask(page)).location)).toEqual({ code: expect.any(String) })
  })

  test('to no user of another tenant', async () => {
    const { visitor, ask, user, away } = open(false)
    await visitor.signIn(await ask(page), user)
    expect(await ask(page, {}, away.id)).toMatchObject({ status: 400, location: undefined })
    const shown = await ask(page, { client_id: open().foreign.id }, away.id)
    expect(shown.form?.action).toBe(`/${away.id}/login`)
    expect(await visitor.signIn(shown, user)).toMatchObject({ status: 200, location: undefined })
  })

  test('once the user has agreed, where that is asked for, and access_denied to who refuses', async () => {
    const { visitor, ask, user, client, entra } = open(false)
    entra.asksConsent.add(client.id)
    const consent = await visitor.signIn(await ask(page), user)
    expect(consent.page).toContain(client.name)
    const { action = '', fields = {} } = consent.form ?? {}
    const refused = await visitor.post(action, { ...fields, consent: 'refuse' })
    expect(paramsOf(refused.location)).toMatchObject({ error: 'access_denied' })
    const again = (await ask(page, { state: 's' })).form
    const accepted = await visitor.post(again?.action ?? '', { ...again?.fields, consent: 'accept' })
    expect(paramsOf(accepted.location)).toEqual({ code: expect.any(String), state: 's' })
  })
})

// oxfmt-ignore
test.each<[string, Record<string, string | undefined>]>([
  ['without a client', { client_id: undefined }],
  ['for a redirect URI that is not registered', { redirect_uri: 'https://broker.test/callback/' }],
  ['without a redirect URI', { redirect_uri: undefined }],
  ['for another response type', { response_type: 'token' }],
  ['for full control', { scope: 'Web.Read Web.FullControl' }],
])('a request %s is refused on a page', async (_, changed) => {
  expect(await open().ask(page, changed)).toMatchObject({ status: 400, location: undefined })
})

test('one for a client of another tenant is refused too', async () => {
  const { ask, foreign } = open()
  expect(await ask(page, { client_id: foreign.id })).toMatchObject({ status: 400, location: undefined })
})

test('nor is one answered that repeats a parameter, or whose site is none', async () => {
  const { visitor, pageAt, realm } = open()
  expect(await visitor.get(`${pageAt(page)}&client_id=x`)).toMatchObject({ status: 400, location: undefined })
  const elsewhere = pageAt(page, {}, realm.domain)
  expect(await visitor.get(elsewhere)).toMatchObject({ status: 400, location: undefined })
})

describe('the hostile modes of the front channel', () => {
  test.each([
    ['idp.denies-access', { error: 'access_denied', error_description: expect.any(String), state: 's' }],
    ['idp.omits-state', { code: expect.any(String) }],
    ['idp.changes-state', { code: expect.any(String), state: 'not-s' }],
    ['idp.answers-with-error-and-code', { code: expect.any(String), error: 'server_error', error_description: expect.any(String), state: 's' }], // prettier-ignore
  ] as const)('%s', async (mode, answered) => {
    const { ask, misbehave } = open()
    misbehave(mode)
    expect(paramsOf((await ask(page, { state: 's' })).location)).toEqual(answered)
  })

  test('idp.issues-expired-code', async () => {
    const { code, misbehave, acs } = open()
    misbehave('idp.issues-expired-code')
    expect(acs.codes.look(await code())?.expiresAt).toBe(start)
  })
})

describe('AppRedirect.aspx', () => {
  const contextOf = async (switches: Partial<Switches> = {}) => {
    const opened = open(true, switches)
    const { form } = await opened.ask('AppRedirect.aspx', { response_type: undefined })
    expect(form).toMatchObject({ action: opened.replyUrl, fields: { SPSiteUrl: opened.client.resource } })
    return { ...opened, value: form?.fields['SPAppToken'] ?? '' }
  }

  test('posts a context token to the app, signed with its secret', async () => {
    const { value, client, realm, origin, acs, user } = await contextOf()
    const secret = Buffer.from(client.secret, 'base64')
    const { payload, protectedHeader } = await jwtVerify(value, secret, { currentDate: new Date(start) })
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'HS256' })
    expect(payload).toMatchObject({
      aud: principalOf(`${client.id}/broker.test`, realm.id),
      iss: acsIssuerOf(realm.id),
      nbf: start / 1000,
      exp: start / 1000 + 43_200,
      appctxsender: `00000003-0000-0ff1-ce00-000000000000@${realm.id}`,
      isbrowserhostedapp: 'true',
    })
    expect(acs.refreshTokens.look(String(payload['refreshtoken']))).toMatchObject({ client, user })
    expect(JSON.parse(String(payload['appctx']))).toEqual({
      CacheKey: expect.any(String),
      SecurityTokenServiceUri: `${origin}/tokens/OAuth/2`,
    })
  })

  test('with times as strings where the switch says so', async () => {
    const { value } = await contextOf({ contextTimes: 'strings' })
    const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
    expect([claims['nbf'], claims['exp']]).toEqual([String(start / 1000), String(start / 1000 + 43_200)])
  })

  test('asks who is not signed in', async () => {
    const { visitor, ask, user, replyUrl } = open(false)
    const shown = await visitor.signIn(await ask('AppRedirect.aspx'), user)
    expect(shown.form?.action).toBe(replyUrl)
  })
})

test('whoever has no token is told the realm, and nothing where there is none', async () => {
  const { wire, origin, realm } = open()
  const at = (site: string) =>
    wire({ method: 'POST', origin, rawPath: `/${site}/_vti_bin/client.svc`, headers: [['authorization', 'Bearer']] })
  const { status, headers } = await at(realm.id)
  const challenge = headerOf(headers, 'www-authenticate') ?? ''
  const from = challenge.indexOf('Bearer realm="') + 14
  expect([status, challenge.slice(from, from + 36)]).toEqual([401, realm.id])
  expect((await at('nowhere')).status).toBe(404)
})
