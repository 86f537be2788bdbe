import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import { appOnlyForm } from '../mocks/broker/app-only.ts'
import type { Wire } from '../protocols/wire.ts'
import { headerOf, textOf, textResponse } from '../protocols/wire.ts'
import { appOnly } from '../suites/broker/app-only/index.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const statusesOn = async (around: (broker: Wire) => Wire, chosen = appOnly) => {
  const open: Suspect['open'] = (provision, io) => ({ wire: around(makeBroker(provision, io)) })
  const capabilities: Suspect['capabilities'] = ['oauth', 'app-only']
  const verdicts = await verdictsOn({ open, capabilities }, { keyring, seed: 1, runs: 5, chosen })
  return verdicts.slice(0, chosen.length).map(({ check, status }) => [check, status])
}
const json = (body: object) => textResponse(200, JSON.stringify(body), [['content-type', 'application/json']])

/** A broker that hands out tokens of its own, which tell nothing, in the place of those that it gets for users. */
const withOpaqueTokens = (broker: Wire): Wire => {
  const behind = new Map<string, string>()
  return async (request, signal) => {
    if (request.rawPath === appOnlyForm.path) {
      const shown = headerOf(request.headers, 'authorization')?.replace(/^Bearer /, '') ?? ''
      const headers = request.headers.map(([name, value]): [string, string] =>
        name === 'authorization' ? [name, `Bearer ${behind.get(shown) ?? ''}`] : [name, value],
      )
      return broker({ ...request, headers }, signal)
    }
    const response = await broker(request, signal)
    if (request.rawPath !== '/token/oauth/2' || response.status !== 200) return response
    const { access_token: token } = JSON.parse(textOf(response)) as { access_token: string }
    const opaque = `opaque-${behind.size}`
    behind.set(opaque, token)
    return json({ token_type: 'Bearer', access_token: opaque })
  }
}

test('a broker whose user tokens are its own and tell nothing is never accused', async () => {
  const statuses = await statusesOn(withOpaqueTokens)
  expect(statuses.filter(([, status]) => status !== 'pass' && status !== 'inconclusive')).toEqual([])
  expect(statuses.filter(([, status]) => status === 'pass').map(([check]) => check)).toContain(
    'app-only.needs-user-token.none',
  )
})

test('a broker that is too busy for what it should refuse has refused nothing', async () => {
  const busy =
    (broker: Wire): Wire =>
    async (request, signal) => {
      const response = await broker(request, signal)
      return request.rawPath === appOnlyForm.path && response.status !== 200 ? textResponse(503, 'busy') : response
    }
  const statuses = await statusesOn(
    busy,
    appOnly.filter(({ clauses: [clause] }) => clause !== 'app-only.issues'),
  )
  expect(statuses.filter(([, status]) => status !== 'inconclusive')).toEqual([])
})
