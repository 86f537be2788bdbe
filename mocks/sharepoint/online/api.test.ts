import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { sharePointResourceOf } from '../../../protocols/acs/names.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { forgeToken } from '../../idp/forge-token.ts'
import { mintAccess } from '../../sts/acs/mint.ts'
import { acsUnderTest, start } from '../../sts/acs/under-test.ts'
import { visitorAt } from '../../idp/visitor.ts'
import { wireOf } from '../../wire.ts'
import { sharePointApi } from './api.ts'
import type { Right } from '../state.ts'
import { rights } from '../state.ts'
import { makeSharePoint } from './state.ts'

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

const open = () => {
  const ground = acsUnderTest(keys, {}, { signedIn: false })
  const { acs, realm, client, user, origin } = ground
  const sharePoint = makeSharePoint(acs)
  const wire = wireOf([sharePointApi(sharePoint)])
  const resource = sharePointResourceOf(client.resource, realm.id)
  const token = (whose: typeof user | undefined = user) =>
    mintAccess(acs, { tenant: realm, client, user: whose, resource })
  const ask = async (method: string, path: string, headers: Pairs = [], body?: object) => {
    const answered = await wire({
      method,
      origin,
      rawPath: `/${realm.id}/_api/${path}`,
      headers,
      ...(body && { body: Buffer.from(JSON.stringify(body)) }),
    })
    const text = textOf(answered)
    return {
      status: answered.status,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
      header: (name: string) => headerOf(answered.headers, name),
    }
  }
  const as = (bearer: string): Pairs => [['authorization', `Bearer ${bearer}`]]
  const login = async () => {
    const visitor = visitorAt(ground.wire, origin)
    await visitor.signIn(await visitor.get(ground.pageAt('OAuthAuthorize.aspx')), user)
    return [['cookie', [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')]] as Pairs
  }
  return { ...ground, sharePoint, token, ask, as, login }
}
const items = "web/lists/getByTitle('Tasks')/items"

describe('an item', () => {
  test.each(['user', 'app'] as const)('made by a token of the %s has the documented columns', async (who) => {
    const { ask, as, token, user, client, acs, realm } = open()
    const resource = sharePointResourceOf(client.resource, realm.id)
    const appToken = await mintAccess(acs, { tenant: realm, client, user: undefined, resource })
    const { status, body } = await ask('POST', items, as(who === 'user' ? await token() : appToken), { Title: 'x' })
    const name = who === 'user' ? user.displayName : 'SharePoint App'
    expect([status, body]).toMatchObject([
      201,
      {
        Title: 'x',
        Author: { Title: name },
        Editor: { Title: name },
        AppAuthor: client.name,
        AppEditor: client.name,
        Created: '2016-04-11T18:00:12Z',
      },
    ])
  })

  test('changes under its ETag alone, or under a star', async () => {
    const { ask, as, token, clock } = open()
    const bearer = as(await token())
    const etag = (await ask('POST', items, bearer, { Title: 'x' })).header('etag') ?? ''
    const change = (match: Pairs, title: string) =>
      ask('POST', `${items}(1)`, [...bearer, ['x-http-method', 'MERGE'], ...match], { Title: title, AuthorId: 3 })
    expect((await change([], 'y')).status).toBe(412)
    clock.time = start + 60_000
    const changed = await change([['if-match', etag]], 'y')
    expect([changed.status, changed.header('etag') === etag]).toEqual([204, false])
    expect((await change([['if-match', etag]], 'z')).status).toBe(412)
    expect((await ask('GET', `${items}(1)`, bearer)).body).toMatchObject({
      Title: 'y',
      Modified: '2016-04-11T18:01:12Z',
      OData__UIVersionString: '2.0',
    })
    const gone = await ask('POST', `${items}(1)`, [...bearer, ['x-http-method', 'DELETE'], ['if-match', '*']])
    expect([gone.status, (await ask('GET', `${items}(1)`, bearer)).status]).toEqual([200, 404])
  })
})

describe('a bearer token', () => {
  const spoilt = [
    ['that is none', 'Unsupported security token.', undefined],
    ['without a signature', 'valid algorithm', { signed: { by: 'nobody', alg: 'none', signature: '' } }],
    ['that was altered', 'Invalid issuer or signature.', { claims: { nameid: 'x' }, signed: { by: 'before' } }],
    ['of another realm', 'Invalid issuer or signature.', { claims: { iss: 'x' }, signed: { by: 'issuer' } }],
    ['for somebody else', 'AudienceUriValidationFailed', { claims: { aud: 'x' }, signed: { by: 'issuer' } }],
    ['that has expired', 'expired', { claims: { exp: start / 1000 }, signed: { by: 'issuer' } }],
    ['of nobody', 'Invalid issuer or signature.', { claims: { actor: 'x' }, signed: { by: 'issuer' } }],
  ] as const
  test.each(spoilt)('%s is refused with the realm', async (_, says, forgery) => {
    const { ask, as, token, acs, realm } = open()
    const bearer = forgery ? ((await forgeToken(acs.entra, [keys], await token(), forgery)) ?? '') : 'x'
    const { status, body, header } = await ask('GET', 'web', as(bearer))
    expect([status, body['error_description']]).toEqual([401, expect.stringContaining(says)])
    expect(header('www-authenticate')).toContain(`Bearer realm="${realm.id}"`)
  })

  test('for somebody else, altered or expired has its diagnostics', async () => {
    const { ask, as, token, acs } = open()
    const forged = async (claims: object) =>
      (await forgeToken(acs.entra, [keys], await token(), { claims: { ...claims }, signed: { by: 'issuer' } })) ?? ''
    const told = async (claims: object) =>
      (await ask('GET', 'web', as(await forged(claims)))).header('x-ms-diagnostics')
    expect(await told({ aud: 'x' })).toMatch(/^3000003;reason="Invalid audience Uri."/)
    expect(await told({ exp: 1 })).toMatch(/^reason="The token has expired."/)
  })

  test('of an app alone is refused where that is switched off', async () => {
    const { ask, as, acs, realm, client, sharePoint } = open()
    const resource = sharePointResourceOf(client.resource, realm.id)
    const bearer = as(await mintAccess(acs, { tenant: realm, client, user: undefined, resource }))
    expect((await ask('GET', 'web', bearer)).status).toBe(200)
    sharePoint.allowsAppOnly = false
    expect((await ask('GET', 'web', bearer)).body).toMatchObject({ error_description: 'Token type is not allowed.' })
  })
})

test.each(rights.flatMap((user) => rights.map((app): [Right, Right] => [user, app])))(
  'a user who has %s may do no more than an app that was granted %s',
  async (held, granted) => {
    const { ask, as, token, sharePoint, user, client } = open()
    sharePoint.rights.set(user.objectId, held)
    sharePoint.grants.set(client.id, granted)
    const least = Math.min(rights.indexOf(held), rights.indexOf(granted))
    const bearer = as(await token())
    expect((await ask('GET', 'web', bearer)).status).toBe(least >= rights.indexOf('read') ? 200 : 403)
    expect((await ask('POST', items, bearer, {})).status).toBe(least >= rights.indexOf('write') ? 201 : 403)
    expect((await ask('POST', 'web/lists', bearer, { Title: 'L' })).status).toBe(
      least >= rights.indexOf('manage') ? 201 : 403,
    )
  },
)

test('who comes by cookie is the user alone, and changes nothing without a digest', async () => {
  const { ask, login, user, clock } = open()
  const cookie = await login()
  expect((await ask('GET', 'web/currentuser', cookie)).body).toMatchObject({ Title: user.displayName })
  expect((await ask('POST', items, cookie, {})).status).toBe(403)
  const { FormDigestValue: value } = (await ask('POST', 'contextinfo', cookie)).body
  const digest = [...cookie, ['x-requestdigest', String(value)]] as Pairs
  expect((await ask('POST', items, digest, {})).body).toMatchObject({ AppAuthor: null })
  expect((await ask('POST', items, [...cookie, ['x-requestdigest', `x${String(value)}`]], {})).status).toBe(403)
  clock.time += 1_801_000
  expect((await ask('POST', items, digest, {})).status).toBe(403)
})

test('whoever says nothing of who they are is told the realm, and nothing where there is none', async () => {
  const { ask, realm } = open()
  const { status, header } = await ask('GET', 'web', [['authorization', 'Bearer']])
  expect([status, header('www-authenticate')]).toEqual([401, expect.stringContaining(realm.id)])
  expect((await ask('GET', `../../nowhere/_api/web`)).status).toBe(404)
})
