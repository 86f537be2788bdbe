import { SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { KeySet } from '../../fixtures/world/keys.ts'
import { provisionOf } from '../../fixtures/world/provision.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { single } from '../../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../../fixtures/world/world.ts'
import { jwkWithThumbprint } from '../../fixtures/world/keys.ts'
import { acsIssuerOf, principalOf, sharePointId, sharePointResourceOf } from '../../protocols/acs/names.ts'
import { decodeForm, encodeForm } from '../../protocols/form.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import { appOnlyForm } from './app-only.ts'
import { makeBroker } from './broker.ts'

const now = Date.UTC(2026, 0)
const seconds = now / 1000
const [target, idp] = ['https://broker.test', 'https://login.test']
let provision: Provision
let keys: { entra: KeySet; acs: KeySet }

beforeAll(async () => {
  const keyring = await makeKeyring()
  keys = keyring.issuers
  const shape = { ...single, tenants: 2, sharePointClientsPerTenant: 1 }
  const world = worldOf(1, [{ id: 'app-only.trial', needs: { shape } }], keyring)
  provision = provisionOf(world, { idp, target, paths: { callback: '/cb', reply: '/reply' } })
})

const clientOf = () => {
  const client = provision.clients.find(({ tokenService }) => tokenService === 'acs')
  if (client === undefined) throw new TypeError('no client for SharePoint')
  return client
}

const timed = { nbf: seconds - 60, exp: seconds + 3_600 }
const sign = (key: KeySet, claims: Record<string, unknown>) => {
  const { x5t = '', kid = '' } = jwkWithThumbprint(key)
  return new SignJWT({ ...timed, ...claims }).setProtectedHeader({ alg: 'RS256', x5t, kid }).sign(key.privateKey)
}

/** What an honest broker answers, and what it asked the token endpoint. */
const ask = async (token: string, resource = clientOf().resource) => {
  const asked: WireRequest[] = []
  const broker = makeBroker(provision, {
    origin: target,
    clock: { now: () => now },
    async wire(request) {
      asked.push(request)
      return textResponse(200, '{"access_token":"granted"}', [['content-type', 'application/json']])
    },
  })
  const { status, ...response } = await broker({
    method: 'POST',
    origin: target,
    rawPath: appOnlyForm.path,
    headers: [
      ['content-type', 'application/x-www-form-urlencoded'],
      ['authorization', `Bearer ${token}`],
    ],
    body: new TextEncoder().encode(encodeForm([['client_id', clientOf().id], ['resource', resource]])), // prettier-ignore
  })
  return { status, body: JSON.parse(textOf(response)) as object, asked }
}

const ofAcs = (realm: string) => ({
  iss: acsIssuerOf(realm),
  aud: sharePointResourceOf(clientOf().resource, realm),
  nameid: '10030000a1b2c3d4',
  actor: principalOf(clientOf().id, realm),
})
const ofEntra = (realm: string) => ({
  iss: `https://sts.windows.net/${realm}/`,
  aud: sharePointId,
  tid: realm,
  oid: 'object',
  upn: 'ann@a.test',
  scp: 'AllSites.Read',
})

test('the token of a user gets an app-only token for SharePoint, whoever of the two has issued it', async () => {
  const { tenant, id, secret, resource, tokenEndpoint } = clientOf()
  for (const token of [await sign(keys.acs, ofAcs(tenant)), await sign(keys.entra, ofEntra(tenant))]) {
    const { status, body, asked } = await ask(token)
    expect([status, body]).toEqual([200, { access_token: 'granted' }])
    expect(asked.map(({ origin, rawPath }) => origin + rawPath)).toEqual([tokenEndpoint])
    expect(decodeForm(asked.map(textOf).join(''))).toEqual([
      ['grant_type', 'client_credentials'],
      ['client_id', principalOf(id, tenant)],
      ['client_secret', secret],
      ['resource', sharePointResourceOf(resource, tenant)],
    ])
  }
})

test('the key of one issuer signs nothing in the name of the other', async () => {
  const { tenant } = clientOf()
  for (const token of [await sign(keys.entra, ofAcs(tenant)), await sign(keys.acs, ofEntra(tenant))])
    expect(await ask(token)).toMatchObject({ status: 400, asked: [] })
})

test('what is no valid user token of the realm gets nothing, and the secret is not used', async () => {
  const { tenant } = clientOf()
  const other = provision.tenants.find(({ id }) => id !== tenant)?.id ?? ''
  const refused = [
    { ...ofAcs(other), aud: ofAcs(tenant).aud },
    { ...ofEntra(tenant), tid: other },
    { ...ofAcs(tenant), exp: seconds - 301 },
    { ...ofAcs(tenant), nbf: seconds + 301 },
    { ...ofAcs(tenant), actor: undefined },
    { ...ofAcs(tenant), aud: 'https://elsewhere.test' },
  ]
  for (const claims of refused)
    expect(await ask(await sign(keys.acs, claims))).toMatchObject({ status: 400, asked: [] })
  for (const claims of [
    { ...ofEntra(tenant), scp: undefined },
    { ...ofEntra(tenant), idtyp: 'app' },
  ])
    expect(await ask(await sign(keys.entra, claims))).toMatchObject({ status: 400, asked: [] })
})

test('another resource than SharePoint is refused', async () => {
  const token = await sign(keys.acs, ofAcs(clientOf().tenant))
  expect(await ask(token, 'https://graph.microsoft.com')).toMatchObject({
    status: 400,
    body: { error: 'invalid_resource' },
    asked: [],
  })
})
