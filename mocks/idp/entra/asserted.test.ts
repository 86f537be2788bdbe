import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, single, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm } from '../../../protocols/form.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { wireOf } from '../../wire.ts'
import { visitorAt } from '../visitor.ts'
import type { Asserted } from './asserted.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const { tenants, users } = slice(1, 'entra.asserted', { ...single, clientsPerTenant: 0, usersPerTenant: 2 })
const [[tenant], [user, other]] = [tenants, users]
if (!tenant || !user || !other) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const clock = { now: () => Date.UTC(2026, 0) }
const hostile = { name: `${other.name}<!---->"&amp;`, displayName: '</a>\u202E&lt;' }
const mails = { type: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', values: ['a', ']]>'] }

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

/** The fields that the user's sign-in ends in, when this is said of the user. */
const answered = async (path: string, query: [string, string][], said: Asserted, as = user) => {
  const entra = makeEntra({ origin, clock, keys, tenants, clients: [], users, replyUrl: origin, application })
  entra.asserted.set(user.objectId, said)
  const visitor = visitorAt(wireOf(entraHandlers(entra)), origin)
  return (await visitor.signIn(await visitor.get(`/${tenant.id}/${path}?${encodeForm(query)}`), as)).form?.fields ?? {}
}
const assertion = async (said: Asserted, as = user) => {
  const { wresult = '' } = await answered('wsfed', [['wa', 'wsignin1.0'], ['wtrealm', application.realm]], said, as) // prettier-ignore
  const keysOf = [publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')]
  const expected = { issuer: `https://sts.windows.net/${tenant.id}/`, audience: application.realm, now: clock.now() }
  const read = verifyToken(wresult, { ...expected, keys: keysOf, skew: 0 })
  if (read.is === 'refused') throw new Error(read.reason)
  return Object.fromEntries(read.assertion.claims.map(({ type, values }) => [type.split('/').at(-1), values]))
}

test('an assertion says of the user what it was told to, and more', async () => {
  expect(await assertion({ ...hostile, more: [mails] })).toMatchObject({
    name: [hostile.name],
    displayname: [hostile.displayName],
    objectidentifier: [user.objectId],
    emailaddress: mails.values,
  })
})

test('an id token says the same, but no more', async () => {
  const query: [string, string][] = [
    ['client_id', application.id],
    ['response_type', 'id_token'],
    ['response_mode', 'form_post'],
    ['scope', 'openid'],
    ['redirect_uri', application.reply],
    ['nonce', 'n'],
  ]
  const { id_token: token = '' } = await answered('oauth2/authorize', query, { ...hostile, more: [mails] })
  const claims = decodeJwt(token)
  expect(claims).toMatchObject({ unique_name: hostile.name, name: hostile.displayName, oid: user.objectId })
  expect(JSON.stringify(claims)).not.toContain(']]>')
})

test('what is said of one user is not said of another', async () => {
  expect(await assertion(hostile, other)).toMatchObject({ name: [other.name], displayname: [other.displayName] })
})
