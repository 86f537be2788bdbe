import { expect, test } from 'vitest'
import type { Provision } from '../../fixtures/world/provision.ts'
import { provisionOf } from '../../fixtures/world/provision.ts'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { grantFor } from './grant.ts'

const keyring = { issuers: { entra: { publicJwk: {} }, acs: { publicJwk: {} } } } as Keyring
const shape = { tenants: 1, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 0, sharePointClientsPerTenant: 1 }
const world = worldOf(1, [{ id: 'broker.grant', needs: { shape } }], keyring)
const places = { idp: 'https://login.test', target: 'https://broker.test', paths: { callback: '/c', reply: '/r' } }
const [atEntra, atAcs] = provisionOf(world, places).clients
if (!atEntra || !atAcs) throw new TypeError('the slice is too small')

const fieldsFor = (client: Provision['clients'][number], resource = client.resource) => {
  const grant: Pairs = [
    ['grant_type', 'refresh_token'],
    ['refresh_token', 'r'],
  ]
  return Object.fromEntries(grantFor(client, grant, resource))
}

test('Entra ID is asked by the id of the client and the URL of the API', () => {
  expect(fieldsFor(atEntra)).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'r',
    client_id: atEntra.id,
    client_secret: atEntra.secret,
    resource: atEntra.resource,
  })
})

test('ACS is asked by names within the realm', () => {
  const host = new URL(atAcs.resource).host
  const named = `00000003-0000-0ff1-ce00-000000000000/${host}@${atAcs.tenant}`
  expect(fieldsFor(atAcs)).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'r',
    client_id: `${atAcs.id}@${atAcs.tenant}`,
    client_secret: atAcs.secret,
    resource: named,
  })
  expect(fieldsFor(atAcs, named)).toHaveProperty('resource', named)
})
