import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import type { Assertion } from '../../../protocols/saml/assertion.ts'
import { issue } from '../../../protocols/saml/issue.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { writeResult } from '../../../protocols/ws-federation/result.ts'
import { wireOf } from '../../wire.ts'
import { adfsHandlers } from '../adfs/handlers.ts'
import { makeAdfs } from '../adfs/state.ts'
import { immutableIdOf } from '../immutable-id.ts'
import { signerOf } from '../signer.ts'
import { visitorAt } from '../visitor.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.home', shape)
const [[home, away], [user, stranger]] = [tenants, users]
if (!home || !away || !user || !stranger) throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const elsewhere = 'https://adfs.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const clock = { now: () => Date.UTC(2026, 0) }
const realm = 'urn:federation:MicrosoftOnline'
const issuer = 'http://adfs.test/adfs/services/trust'
let keys: KeySet
let homeKeys: KeySet
beforeAll(async () => {
  ;[keys, homeKeys] = await Promise.all([makeKeySet(), makeKeySet()])
})

/** The first tenant signs in at AD FS, by `homes` or by mode; the second at Entra itself. */
const open = (set = false) => {
  const { certificate } = signerOf({ keys: homeKeys })
  const provider = { issuer, endpoint: `${elsewhere}/adfs/ls/`, certificate }
  const switches = set ? { farm: provider } : { homes: new Map([[home.id, provider]]) }
  const entra = makeEntra({ origin, clock, keys, tenants, clients, users, replyUrl, application, ...switches })
  if (set) entra.modes.set(home.id, new Set(['idp.federates-sign-in']))
  const parties = [{ realm, reply: `${origin}/login.srf`, subject: 'immutable-id' } as const]
  const adfs = makeAdfs({ origin: elsewhere, clock, keys: homeKeys, users, parties })
  const visitor = visitorAt(wireOf(entraHandlers(entra)), origin)
  const farm = visitorAt(wireOf(adfsHandlers(adfs)), elsewhere)
  const ask = (changed: Record<string, string> = {}, tenant: string = home.id) => {
    const query = { wa: 'wsignin1.0', wtrealm: application.realm, wctx: 'mine', ...changed }
    return visitor.get(`/${tenant}/wsfed?${encodeForm(Object.entries(query))}`)
  }
  /** From where the browser was sent, through the farm, and back. */
  const through = async (location = '', as = user) => {
    const page = await farm.get(location.slice(elsewhere.length))
    const { action = '', fields = {} } = page.form ?? {}
    const back = await farm.post(action, { ...fields, UserName: as.name, Password: as.password })
    return { back, shown: await visitor.post('/login.srf', back.form?.fields ?? {}) }
  }
  return { visitor, ask, through }
}
const sentTo = (location = '') => ({
  at: location.split('?')[0],
  ...Object.fromEntries(queryOf(location)),
})
const verify = (wresult = '', tenant = home) =>
  verifyToken(wresult, {
    keys: [publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')],
    issuer: `https://sts.windows.net/${tenant.id}/`,
    audience: application.realm,
    now: clock.now(),
    skew: 0,
  })

describe('a user of a federated tenant', () => {
  test('signs in at the home provider, and is answered for by this one', async () => {
    const { ask, through } = open()
    const { location } = await ask()
    expect(sentTo(location)).toMatchObject({ at: `${elsewhere}/adfs/ls/`, wa: 'wsignin1.0', wtrealm: realm })
    const { back, shown } = await through(location)
    expect(back.form?.action).toBe(`${origin}/login.srf`)
    expect(shown.form).toMatchObject({ action: application.reply, fields: { wctx: 'mine' } })
    expect(verify(shown.form?.fields['wresult'])).toMatchObject({
      is: 'verified',
      assertion: { claims: expect.arrayContaining([expect.objectContaining({ values: [user.objectId] })]) },
    })
    expect(verify((await ask()).form?.fields['wresult'])).toMatchObject({ is: 'verified' })
  })

  test('has come by the farm where the tenant is set to it, and its token says so', async () => {
    const { ask, through } = open(true)
    const { shown } = await through((await ask()).location)
    expect(verify(shown.form?.fields['wresult'])).toMatchObject({
      assertion: { authentication: { method: 'urn:federation:authentication:windows' } },
    })
    expect((await ask({}, away.id)).page).toContain('type="password"')
  })

  test.each<[string, () => { whr?: string }]>([
    ['is hinted at by whr', () => ({ whr: home.domain })],
    ['types its name', () => ({})],
  ])('%s at common, and comes to the same', async (_, hints) => {
    const { ask, through, visitor } = open()
    const first = await ask(hints(), 'common')
    const { location } = first.location === undefined ? await visitor.signIn(first, user, 'no password') : first
    expect(sentTo(location).at).toBe(`${elsewhere}/adfs/ls/`)
    expect(verify((await through(location)).shown.form?.fields['wresult'])).toMatchObject({ is: 'verified' })
  })

  test('signs in for OpenID Connect as well, anew where that is prompted', async () => {
    const { visitor, through } = open()
    const query = { client_id: application.id, redirect_uri: application.reply, response_type: 'code', prompt: 'login' }
    const { location } = await visitor.get(`/${home.id}/oauth2/authorize?${encodeForm(Object.entries(query))}`)
    expect(sentTo(location)).toMatchObject({ wfresh: '0' })
    expect((await through(location)).shown.location).toMatch(/^https:\/\/broker\.test\/reply\?code=/)
  })
})

test('a user of another tenant still signs in here', async () => {
  const { ask, visitor } = open()
  const shown = await visitor.signIn(await ask({}, away.id), stranger)
  expect(verify(shown.form?.fields['wresult'], away)).toMatchObject({ is: 'verified' })
})

describe('what comes back to login.srf', () => {
  const assertion: Assertion = {
    version: '1.1',
    id: '_1',
    issuer,
    issuedAt: clock.now(),
    notBefore: clock.now(),
    notOnOrAfter: clock.now() + 3_600_000,
    audiences: [[realm]],
    nameId: { value: immutableIdOf(user) },
    confirmation: 'urn:oasis:names:tc:SAML:1.0:cm:bearer',
    claims: [],
    authentication: { at: clock.now(), method: 'urn:oasis:names:tc:SAML:1.0:am:password' },
  }
  const bring = async (changed: Partial<Assertion>, by = () => homeKeys, tenant: string = home.id) => {
    const { ask, visitor } = open()
    const asked = await ask({}, tenant)
    const sent = queryOf(asked.location ?? '').find(([name]) => name === 'wctx')
    const context = sent?.[1] ?? asked.form?.fields['ctx'] ?? ''
    const token = await issue({ ...assertion, ...changed }, signerOf({ keys: by() }))
    const wresult = writeResult({ dialect: '2005/02', collection: false }, token)
    const post = () => visitor.post('/login.srf', { wa: 'wsignin1.0', wresult, wctx: context })
    return { first: await post(), post }
  }

  test('counts once', async () => {
    const { first, post } = await bring({})
    expect(first.form?.fields).toHaveProperty('wresult')
    expect((await post()).page).toContain('AADSTS165000: ')
  })

  test.each<[string, string, Partial<Assertion>, (() => KeySet)?]>([
    ['of another key', 'AADSTS20012: ', {}, () => keys],
    ['of another issuer', 'AADSTS20012: ', { issuer: 'http://other.test/adfs/services/trust' }],
    ['for another realm', 'AADSTS20012: ', { audiences: [[application.realm]] }],
    ['that has expired', 'AADSTS20012: ', { notOnOrAfter: clock.now() - 300_000 }],
    ['for nobody known', 'AADSTS51004: ', { nameId: { value: 'nobody' } }],
    ['for a user of another tenant', 'AADSTS51004: ', { nameId: { value: immutableIdOf(stranger) } }],
  ])('is refused where it is a token %s', async (_, text, changed, by) => {
    const { first } = await bring(changed, by)
    expect([first.form, first.page]).toEqual([undefined, expect.stringContaining(text)])
  })

  test('is refused where another tenant was asked or is spoken for, and where it is no result', async () => {
    expect((await bring({}, undefined, away.id)).first.page).toContain('AADSTS20012: ')
    const foreign = { nameId: { value: immutableIdOf(stranger) } }
    expect((await bring(foreign, undefined, 'common')).first.page).toContain('AADSTS51004: ')
    expect((await bring({}, undefined, 'common')).first.form?.fields).toHaveProperty('wresult')
    const { visitor } = open()
    expect((await visitor.post('/login.srf', { wa: 'wsignout1.0' })).page).toContain('AADSTS20012: ')
  })
})
