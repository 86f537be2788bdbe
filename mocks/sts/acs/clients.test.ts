import { decodeJwt } from 'jose'
import { TokenHelper, getAuth, setup } from 'node-sp-auth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { serveOpened } from '../../../test/serve-opened.ts'
import { visitorAt } from '../../idp/visitor.ts'
import { nameIdOf } from './mint.ts'
import { acsUnderTest } from './under-test.ts'

let ground: ReturnType<typeof acsUnderTest>
let close: () => Promise<void>

/** The client has the address of ACS built in, and is let go to that of the mock; a site is where its tenant has it there. */
const redirected = (url: URL): URL => {
  const { origin, realm, client } = ground
  const { href } = url
  if (url.origin === client.resource) return new URL(href.replace(url.origin, `${origin}/${realm.id}`))
  return new URL(href.replace('https://accounts.accesscontrol.windows.net', origin))
}

beforeAll(async () => {
  const keys = await makeKeySet()
  ;({ opened: ground, close } = await serveOpened((origin) => acsUnderTest(keys, {}, { origin })))
  ground.clock.time = Date.now()
  const rewrite = (options: { url: URL }) => void (options.url = redirected(options.url))
  setup({ requestOptions: { hooks: { beforeRequest: [rewrite] } } })
})
afterAll(() => close())

const credentials = ({ id, secret } = ground.client) => ({ clientId: id, clientSecret: secret })
const tokenOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers['Authorization']).slice(7)

test('node-sp-auth finds realm and endpoint by itself, and gets a token of the app', async () => {
  const { client, realm } = ground
  const first = tokenOf(await getAuth(client.resource, credentials()))
  expect(decodeJwt(first)).toMatchObject({
    aud: sharePointResourceOf(client.resource, realm.id),
    nameid: principalOf(client.id, realm.id),
  })
  expect(tokenOf(await getAuth(client.resource, credentials()))).toBe(first)
})

test('and none with another secret', async () => {
  const auth = await getAuth(ground.client.resource, credentials({ ...ground.client, secret: 'wrong' }))
  expect(tokenOf(auth)).toBe('undefined')
})

/** What an app reads of the context token that SharePoint posts to it. */
const contextOf = async () => {
  const { wire, origin, pageAt, replyUrl } = ground
  const { form } = await visitorAt(wire, origin).get(pageAt('AppRedirect.aspx'))
  return TokenHelper.verifyAppToken(form?.fields['SPAppToken'] ?? '', credentials(), new URL(replyUrl).host)
}
const authDataOf = ({ realm, context, refreshtoken }: Awaited<ReturnType<typeof contextOf>>) => ({
  realm,
  refreshToken: refreshtoken,
  securityTokenServiceUri: context.SecurityTokenServiceUri,
})

test('its TokenHelper verifies a context token, and gets tokens of user and app by what is in it', async () => {
  const { client, realm, user } = ground
  const context = await contextOf()
  expect(context.realm).toBe(realm.id)
  const { value } = await TokenHelper.getUserAccessToken(client.resource, authDataOf(context), credentials())
  expect(decodeJwt(value)).toMatchObject({ nameid: nameIdOf(user), actor: principalOf(client.id, realm.id) })
  const app = await TokenHelper.getAppOnlyAccessToken(client.resource, authDataOf(context), credentials())
  expect(decodeJwt(app.value)).toMatchObject({ nameid: principalOf(client.id, realm.id) })
})

test('it refuses a context token for another app, and one whose times are the documented strings', async () => {
  const { wire, origin, pageAt, other, acs } = ground
  const { form } = await visitorAt(wire, origin).get(pageAt('AppRedirect.aspx', { client_id: other.id }))
  const token = form?.fields['SPAppToken'] ?? ''
  expect(() => TokenHelper.verifyAppToken(token, credentials())).toThrow('invalid signature')
  acs.contextTimes = 'strings'
  await expect(contextOf()).rejects.toThrow('invalid nbf value')
  acs.contextTimes = 'numbers'
})
