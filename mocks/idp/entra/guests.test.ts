import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm } from '../../../protocols/form.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { wireOf } from '../../wire.ts'
import { visitorAt } from '../visitor.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 0, usersPerTenant: 1, guestsPerTenant: 1 }
const { tenants, users } = slice(1, 'entra.guests', shape)
const [host, home] = tenants
const guest = users.find((user) => user.home !== undefined && user.tenant === host?.id)
if (!host || !home || !guest) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const clock = { now: () => Date.UTC(2026, 0) }
const homeIssuer = `https://sts.windows.net/${home.id}/`

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})
const signIn = async (path: string, fields: Record<string, string>) => {
  const entra = makeEntra({ origin, clock, keys, tenants, clients: [], users, replyUrl, application })
  const visitor = visitorAt(wireOf(entraHandlers(entra)), origin)
  const shown = await visitor.get(`/${host.id}/${path}?${encodeForm(Object.entries(fields))}`)
  return (await visitor.signIn(shown, guest)).form?.fields ?? {}
}

test('a guest has a name made of the one at home in the directory that invited them', async () => {
  const { wresult = '' } = await signIn('wsfed', { wa: 'wsignin1.0', wtrealm: application.realm })
  const verified = verifyToken(wresult, {
    keys: [publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')],
    issuer: `https://sts.windows.net/${host.id}/`,
    audience: application.realm,
    now: clock.now(),
    skew: 0,
  })
  if (verified.is === 'refused') throw new Error(verified.reason)
  const claim = (end: string) => verified.assertion.claims.find(({ type }) => type.endsWith(`/${end}`))?.values[0]
  expect(['tenantid', 'identityprovider', 'name'].map(claim)).toEqual([
    host.id,
    homeIssuer,
    `${guest.name.replace('@', '_')}#EXT#@${host.domain}`,
  ])
})

test('the id token of a guest is of the directory that invited them, and names the address at home', async () => {
  const { id_token: token = '' } = await signIn('oauth2/authorize', {
    client_id: application.id,
    redirect_uri: application.reply,
    response_type: 'id_token',
    response_mode: 'form_post',
    nonce: 'n',
  })
  const claims = decodeJwt(token)
  expect(claims).toMatchObject({ tid: host.id, idp: homeIssuer, unique_name: guest.name, email: guest.name })
  expect(claims).not.toHaveProperty('upn')
})
