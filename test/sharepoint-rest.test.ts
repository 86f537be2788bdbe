import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKeySet } from '../fixtures/world/keys.ts'
import { httpsWire } from '../harness/wire/https.ts'
import { visitorAt } from '../mocks/idp/visitor.ts'
import { sharePointApi } from '../mocks/sharepoint/online/api.ts'
import { makeSharePoint } from '../mocks/sharepoint/online/state.ts'
import { mintAccess } from '../mocks/sts/acs/mint.ts'
import { acsUnderTest } from '../mocks/sts/acs/under-test.ts'
import { wireOf } from '../mocks/wire.ts'
import { sharePointResourceOf } from '../protocols/acs/names.ts'
import type { Wire } from '../protocols/wire.ts'
import { pnpAt } from './pnp.ts'
import { serveOpened } from './serve-opened.ts'

const keys = await makeKeySet()

/** SharePoint Online at an origin, for which time stands still. */
const makeSite = (origin: string) => {
  const ground = acsUnderTest(keys, {}, { signedIn: false, origin })
  ground.clock.time = Date.now()
  const sharePoint = makeSharePoint(ground.acs)
  const api = wireOf([sharePointApi(sharePoint)])
  const wire: Wire = (request, signal) => (request.rawPath.includes('/_api/') ? api : ground.wire)(request, signal)
  return { ...ground, sharePoint, wire }
}
type Opened = ReturnType<typeof makeSite> & { close(): Promise<void> }

const openDirect = async (): Promise<Opened> => ({ ...makeSite('https://login.test'), close: async () => undefined })

const openServed = async (): Promise<Opened> => {
  const { opened, certificate, close } = await serveOpened(makeSite)
  const wire = httpsWire({ ca: [certificate] })
  return { ...opened, wire, close: async () => void (await Promise.all([wire.close(), close()])) }
}

describe.each([
  ['direct', openDirect],
  ['https', openServed],
] as const)('@pnp/sp, over the %s wire,', (_, open) => {
  let site: Opened
  beforeAll(async () => {
    site = await open()
  })
  afterAll(() => site.close())

  /** By a token of the user through the app. */
  const byToken = async () => {
    const { acs, realm, client, user, origin, wire } = site
    const resource = sharePointResourceOf(client.resource, realm.id)
    const token = await mintAccess(acs, { tenant: realm, client, user, resource })
    return pnpAt(`${origin}/${realm.id}`, wire, [['Authorization', `Bearer ${token}`]])
  }

  /** By the cookie of a user who has signed in. */
  const byCookie = async () => {
    const { wire, origin, realm, pageAt, user } = site
    const visitor = visitorAt(wire, origin)
    await visitor.signIn(await visitor.get(pageAt('OAuthAuthorize.aspx')), user)
    const cookies = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return pnpAt(`${origin}/${realm.id}`, wire, [['Cookie', cookies]])
  }

  test.each([
    ['a bearer token', byToken],
    ['a cookie and a form digest', byCookie],
  ] as const)('reads, adds, updates and deletes items by %s', async (by, signIn) => {
    const { sp, sent } = await signIn()
    const { items } = sp.web.lists.getByTitle('Tasks')
    const { Id: id, ...added } = await items.add({ Title: 'first' })
    expect(added).toMatchObject({ Title: 'first', Author: { Title: site.user.displayName } })
    const item = items.getById(id)
    const old = String((await item())['odata.etag'])

    const { etag } = await item.update({ Title: 'second' }, old)
    expect(await item()).toMatchObject({ Title: 'second', 'odata.etag': etag })
    await expect(item.update({ Title: 'third' }, old)).rejects.toThrow('[412]')
    await expect(item.delete(old)).rejects.toThrow('[412]')
    expect(await item()).toMatchObject({ Title: 'second' })

    await item.delete(etag)
    await expect(item()).rejects.toThrow('[404]')
    expect(sent.filter((one) => one.endsWith('/_api/contextinfo'))).toHaveLength(by === 'a bearer token' ? 0 : 1)
  })

  test('finds out who calls, and is refused what the user may not do', async () => {
    const { sp } = await byToken()
    const { user, sharePoint } = site
    expect(await sp.web.currentUser()).toMatchObject({ Title: user.displayName })
    sharePoint.rights.set(user.objectId, 'read')
    await expect(sp.web.lists.getByTitle('Tasks').items.add({ Title: 'x' })).rejects.toThrow('Access denied')
    sharePoint.rights.delete(user.objectId)
  })

  test('asks for fields, and for those of who made an item', async () => {
    const { sp } = await byToken()
    const { items } = sp.web.lists.getByTitle('Tasks')
    const { Id: id } = await items.add({ Title: 'chosen' })
    const chosen = items.getById(id).select('Title', 'Author/Title')
    const { 'odata.etag': _etag, ...shown } = await chosen.expand('Author')()
    expect(shown).toEqual({ Title: 'chosen', Author: { Title: site.user.displayName } })
    await expect(items.getById(id).select('Author/Title')()).rejects.toThrow('[400]')
    await expect(items.filter("Title eq 'chosen'")()).rejects.toThrow('[400]')
  })

  test('goes from page to page', async () => {
    const { sp } = await byToken()
    await sp.web.lists.add('Pages')
    const { items } = sp.web.lists.getByTitle('Pages')
    for (const title of ['a', 'b', 'c', 'd', 'e']) await items.add({ Title: title })
    const pages: unknown[][] = []
    for await (const page of items.select('Title').top(2)) pages.push(page.map(({ Title }) => Title))
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(await items.skip(3).select('Id')()).toEqual([4, 5].map((Id) => expect.objectContaining({ Id })))
  })

  test.each([
    ['a bearer token', byToken],
    ['a cookie and a form digest', byCookie],
  ] as const)('puts requests into a batch by %s', async (_by, signIn) => {
    const { sp, sent } = await signIn()
    const { items } = sp.web.lists.getByTitle('Tasks')
    const [{ Id: kept }, { Id: gone }] = [await items.add({ Title: 'kept' }), await items.add({ Title: 'gone' })]
    sent.length = 0

    const [batched, execute] = sp.batched()
    const list = batched.web.lists.getByTitle('Tasks')
    const all = Promise.allSettled([
      list.items.getById(kept).update({ Title: 'changed' }),
      list.items.getById(gone).delete(),
      list.items.add({ Title: 'new' }),
      list.items.getById(kept)(),
      list.items.getById(gone)(),
      list.items.getById(kept).update({ Title: 'late' }, '"another"'),
    ])
    await execute()
    const [updated, deleted, added, read, missing, stale] = await all
    expect(updated).toMatchObject({ status: 'fulfilled', value: { etag: expect.stringMatching(/^"[^"]+,2"$/) } })
    expect(deleted?.status).toBe('fulfilled')
    expect(added).toMatchObject({ status: 'fulfilled', value: { Title: 'new' } })
    expect(read).toMatchObject({ status: 'fulfilled', value: { Title: 'changed' } })
    expect([missing, stale].map((one) => (one?.status === 'rejected' ? String(one.reason) : ''))).toEqual([
      expect.stringContaining('[404]'),
      expect.stringContaining('[412]'),
    ])
    expect(sent.filter((one) => !one.endsWith('/_api/contextinfo'))).toEqual([`POST /${site.realm.id}/_api/$batch`])
  })
})
