import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { SamlVersion } from '../../../protocols/saml/assertion.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { wireOf } from '../../wire.ts'
import { visitorAt } from '../visitor.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 3, partiesPerTenant: 0, clientsPerTenant: 0, usersPerTenant: 1 }
const { tenants, users } = slice(1, 'entra.wsfed-result', shape)
const [[home, away, third], [user, stranger]] = [tenants, users]
if (!home || !away || !third || !user || !stranger) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const clock = { now: () => Date.UTC(2026, 0) }

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

/** A tenant that was set to a mode, and what its user and that of another are answered. */
const answers = async (mode: HostileModeId, wsfedTokens: SamlVersion = '2.0', tenant = home, as = user) => {
  const entra = makeEntra({ origin, clock, keys, tenants, clients: [], users, replyUrl, application, wsfedTokens })
  for (const { id } of [home, third]) entra.modes.set(id, new Set([mode]))
  const visitor = visitorAt(wireOf(entraHandlers(entra)), origin)
  const query = encodeForm([
    ['wa', 'wsignin1.0'],
    ['wtrealm', application.realm],
    ['wctx', 'mine'],
  ])
  const shown = await visitor.get(`/${tenant.id}/wsfed?${query}`)
  return shown.form === undefined ? shown : visitor.signIn(shown, as)
}
const verify = (wresult = '', tenant = home) =>
  verifyToken(wresult, {
    keys: [publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')],
    issuer: `https://sts.windows.net/${tenant.id}/`,
    audience: application.realm,
    now: clock.now(),
    skew: 0,
  })

// oxfmt-ignore
const spoilt: [HostileModeId, string][] = [
  ['idp.omits-wsfed-signature', 'unsigned'],
  ['idp.signs-with-foreign-key', 'foreign-key'],
  ['idp.puts-key-into-key-info', 'foreign-key'],
  ['idp.alters-assertion', 'altered'],
  ['idp.issues-expired-assertion', 'expired'],
  ['idp.issues-early-assertion', 'early'],
  ['idp.mints-assertion-for-another-audience', 'wrong-audience'],
  ['idp.issues-as-another-issuer', 'wrong-issuer'],
  ['idp.issues-as:https://other.test/', 'wrong-issuer'],
  ['idp.omits-audience', 'no-audience'],
  ['idp.signs-with-sha1', 'unknown-algorithm'],
  ['idp.tampers:content.sender-vouches', 'not-bearer'],
  ['idp.repeats-assertion', 'two-assertions'],
  ['idp.wraps-assertion', 'two-assertions'],
  ['idp.sends-jwt-as-result', 'not-xml'],
  ['idp.sends-saml-response', 'not-a-response'],
  ['idp.sends-fault', 'fault'],
]

describe('a result that is refused in the tenant that was set to it, and verifies in another', () => {
  test.each((['1.1', '2.0'] as const).flatMap((version) => spoilt.map((row) => [version, ...row] as const)))(
    'SAML %s, %s: %s',
    async (version, mode, because) => {
      const { fields } = (await answers(mode, version)).form ?? {}
      expect(fields).toMatchObject({ wctx: 'mine' })
      expect(verify(fields?.['wresult'])).toMatchObject({ is: 'refused', reason: because })
      const elsewhere = (await answers(mode, version, away, stranger)).form
      expect(verify(elsewhere?.fields['wresult'], away)).toMatchObject({ is: 'verified', assertion: { version } })
    },
  )
})

test.each([
  'idp.alters-assertion',
  'idp.puts-key-into-key-info',
  'idp.repeats-assertion',
  'idp.wraps-assertion',
] as const)('%s puts an administrator in the place of the user, under every name', async (mode) => {
  const { wresult = '' } = (await answers(mode)).form?.fields ?? {}
  expect(wresult).toContain(`>administrator@${home.domain}<`)
  expect(wresult).toContain('>55555555-5555-4555-a555-555555555555<')
  expect(wresult.includes(user.objectId)).toBe(mode === 'idp.repeats-assertion' || mode === 'idp.wraps-assertion')
})

test.each<[HostileModeId, object]>([
  ['idp.answers-in-saml11', { version: '1.1' }],
  ['idp.extends-ids:.more', { version: '2.0', id: expect.stringMatching(/^_[\w-]{36}\.more$/) as string }],
])('%s answers with a good token', async (mode, assertion) => {
  expect(verify((await answers(mode)).form?.fields['wresult'])).toMatchObject({ is: 'verified', assertion })
})

test('idp.asserts-another-tenant names one that does so too, and verifies', async () => {
  const verified = verify((await answers('idp.asserts-another-tenant')).form?.fields['wresult'])
  if (verified.is === 'refused') throw new Error(verified.reason)
  const tenantId = { type: 'http://schemas.microsoft.com/identity/claims/tenantid', values: [third.id] }
  expect(verified.assertion.claims).toContainEqual(tenantId)
  expect(verified.assertion.issuer).toContain(home.id)
})

const tenantsIn = async (mode: HostileModeId) => {
  const verified = verify((await answers(mode)).form?.fields['wresult'])
  if (verified.is === 'refused') throw new Error(verified.reason)
  return verified.assertion.claims.filter(({ type }) => /tenantid/.test(type)).map(({ values }) => values)
}
test.each([
  ['idp.adds-tenant-before', [[third.id], [home.id]]],
  ['idp.adds-tenant-after', [[home.id], [third.id]]],
  ['idp.adds-similar-tenant-claims', [[third.id], [third.id], [third.id], [home.id]]],
] as const)('%s names one that does so too', async (mode, tenantIds) => {
  expect(await tenantsIn(mode)).toEqual(tenantIds)
})

test.each([
  ['idp.omits-wctx', undefined],
  ['idp.changes-wctx', 'not-mine'],
] as const)('%s answers with a good token and wctx %s', async (mode, context) => {
  const { fields } = (await answers(mode)).form ?? {}
  expect(fields?.['wctx']).toBe(context)
  expect(verify(fields?.['wresult'])).toMatchObject({ is: 'verified' })
})

test.each([
  ['idp.lacks-application', 'AADSTS700016: '],
  ['idp.denies-access', 'AADSTS65004: '],
] as const)('%s shows a page with %s, and nothing is redirected', async (mode, text) => {
  const shown = await answers(mode)
  expect([shown.location, shown.form, shown.page]).toEqual([undefined, undefined, expect.stringContaining(text)])
})
