import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Provision } from '../fixtures/world/provision.ts'
import { single } from '../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import { readTarget } from '../harness/target/load.ts'
import type { BrokerDefinition } from '../harness/target/target.ts'
import { openUniverse } from '../harness/universe.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import type { HostileModeId } from '../mocks/hostile-modes.ts'
import { queryOf } from '../protocols/form.ts'
import { textOf } from '../protocols/wire.ts'
import { referenceBroker } from '../targets/reference/target.ts'

const check = 'sharepoint.client'
const shape = { ...single, sharePointClientsPerTenant: 1 }
const world = worldOf(1, [{ id: check, needs: { shape } }], await makeKeyring())
const timeout = 300_000

/** The reference broker in a universe, and what it was told. */
const open = async (transport: Transport) => {
  const told: { provision?: Provision } = {}
  const attach = {
    open: (...[provision, io]: Parameters<typeof makeBroker>) => {
      told.provision = provision
      return { wire: makeBroker(provision, io) }
    },
  }
  const definition: BrokerDefinition = { ...referenceBroker(), capabilities: ['oauth', 'oidc'], control: {}, attach }
  const target = readTarget(definition, 'x')
  const universe = await openUniverse<'broker'>({ target, world, transport })
  const { clients, users, tenants } = universe.slice(check) ?? {}
  const client = clients?.find(({ tokenService }) => tokenService === 'acs')
  const [[user], [tenant], { provision }] = [users ?? [], tenants ?? [], told]
  if (!provision || !user || !tenant || !client) throw new TypeError('the slice is too small')
  return { universe, provision, user, tenant, client }
}
type Opened = Awaited<ReturnType<typeof open>>

/** Signs in for a client of the slice, and redeems the code that comes back. */
const redeemed = async ({ universe, user, client }: Opened, tokenService: 'acs' | 'entra' = 'acs') => {
  const { authorize, redeem } = universe.dialect
  if (!authorize || redeem === 'undriven' || redeem === null) throw new TypeError('the dialect does not speak it')
  const asking = tokenService === 'acs' ? client : universe.slice(check)?.clients[0]
  if (asking === undefined) throw new TypeError('the slice is too small')
  const { id: clientId, resource, redirectUris } = asking
  const [redirectUri = ''] = redirectUris
  const browser = universe.browser(check, 'run', new AbortController().signal)
  const request = { clientId, redirectUri, resource, state: 'mine', responseType: 'code' }
  const back = (await browser.go(authorize.request(request, universe.at), user)).at(-1)
  const location = back?.response?.headers.find(([name]) => name === 'location')?.[1] ?? ''
  const { code = '', ...rest } = Object.fromEntries(queryOf(location))
  expect([location.startsWith(`${redirectUri}?`), rest]).toEqual([true, { state: 'mine' }])
  const journey = await browser.go(
    redeem.request({ code, state: 'mine', clientId, redirectUri, resource }, universe.at),
  )
  return redeem.read(journey)
}

describe.each(['direct', 'https'] as const)('over the %s wire', (transport) => {
  test(
    'a user agrees at SharePoint, and the broker gets the tokens of ACS, by what it is told',
    { timeout },
    async () => {
      const opened = await open(transport)
      const { universe, provision, tenant, client } = opened
      try {
        universe.transcript.beginCase(check)
        const outcome = await redeemed(opened)
        if (outcome.is !== 'token') throw new Error(`no token, but ${outcome.is}`)
        const { access_token: access } = outcome.body as { access_token: string }
        const { acs } = provision.tenants.find(({ id }) => id === tenant.id) ?? {}
        const keys = provision.issuers.find(({ id }) => id === 'acs')?.jwks.keys ?? []
        const { payload } = await jwtVerify(access, createLocalJWKSet({ keys }), {
          issuer: acs?.issuer ?? '',
          audience: `00000003-0000-0ff1-ce00-000000000000/${new URL(client.resource).host}@${tenant.id}`,
          currentDate: new Date(universe.clock.now()),
        })
        expect(payload['actor']).toBe(`${client.id}@${tenant.id}`)
        expect(keys.map(({ x5t }) => x5t)).toContain(decodeProtectedHeader(access).x5t)
        const [asked, ...more] = universe.fromTarget(check)
        expect([asked?.request.rawPath, more.length]).toEqual([new URL(acs?.tokenEndpoint ?? '').pathname, 0])
      } finally {
        await universe.close()
      }
    },
  )
})

test('the other client of the tenant is served by Entra ID as ever, which does not know this one', async () => {
  const opened = await open('direct')
  const { universe, client } = opened
  expect(await redeemed(opened, 'entra')).toMatchObject({ is: 'token' })
  const rawPath = `/${client.tenant}/oauth2/authorize?client_id=${client.id}`
  const browser = universe.browser(check, 'run', new AbortController().signal)
  const [page] = await browser.go({ method: 'GET', origin: universe.at.idp, rawPath, headers: [] })
  expect(textOf(page?.response ?? {})).toContain('AADSTS700016')
  await universe.close()
})

test.each<[HostileModeId, string]>([
  ['sts.fails', 'refusal'],
  ['sts.refuses-codes', 'refusal'],
  ['sts.omits-refresh-token', 'token'],
])('a service that is set to %s is met through the universe, and ends in a %s', async (mode, expected) => {
  const opened = await open('direct')
  opened.universe.hostile(check, [mode])
  expect(await redeemed(opened)).toMatchObject({ is: expected })
  await opened.universe.close()
})
