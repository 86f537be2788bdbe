import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { Assertion } from '../../../protocols/saml/assertion.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { readResult } from '../../../protocols/ws-federation/result.ts'
import { wireOf } from '../../wire.ts'
import type { Shown } from '../visitor.ts'
import { visitorAt } from '../visitor.ts'
import { entraHandlers } from './handlers.ts'
import type { Switches } from './state.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 2 }
const { tenants, clients, users } = slice(1, 'entra.wsfed', shape)
const [[home, away], [user, second, stranger]] = [tenants, users]
if (!home || !away || !user || !second || !stranger) throw new TypeError('the slice is too small')

const origin = 'https://login.test'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply?kept=1' }
const start = Date.UTC(2026, 0, 2, 3, 4, 5)
const hour = 3_600_000
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})
const trusted = () => [publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')]

const open = (switches: Partial<Switches> = {}) => {
  const clock = { time: start, now: () => clock.time }
  const replyUrl = 'https://broker.test/callback'
  const entra = makeEntra({ origin, clock, keys, tenants, clients, users, replyUrl, application, ...switches })
  const visitor = visitorAt(wireOf(entraHandlers(entra)), origin)
  const fields = { wa: 'wsignin1.0', wtrealm: application.realm, wreply: application.reply, wctx: 'rm=0&ru=%2f "<é>' }
  const query = (changed: Record<string, string | undefined>) =>
    Object.entries({ ...fields, ...changed }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as [string, string]],
    )
  const ask = (changed: Record<string, string | undefined> = {}, tenant: string = home.id) =>
    visitor.get(`/${tenant}/wsfed?${encodeForm(query(changed))}`)
  const visit = async (changed?: Record<string, string | undefined>, as = user, tenant?: string) =>
    visitor.signIn(await ask(changed, tenant), as)
  return { entra, clock, visitor, ask, visit, fields }
}

const verified = (shown: Shown, tenant = home.id, now = start): Assertion => {
  const answer = verifyToken(shown.form?.fields['wresult'] ?? '', {
    keys: trusted(),
    issuer: `https://sts.windows.net/${tenant}/`,
    audience: application.realm,
    now,
    skew: 0,
  })
  if (answer.is === 'refused') throw new Error(answer.reason)
  return answer.assertion
}
const claim = ({ claims }: Assertion, end: string) => claims.find(({ type }) => type.endsWith(`/${end}`))?.values

describe('a sign-in', () => {
  test('is answered by a form to the reply URL with a token that verifies, and wctx as it was', async () => {
    const { visit, fields } = open()
    const shown = await visit()
    expect(shown.location).toBeUndefined()
    expect(shown.page).toContain('.submit()')
    expect(shown.form).toMatchObject({ action: application.reply, fields: { wa: 'wsignin1.0', wctx: fields.wctx } })

    const assertion = verified(shown)
    expect(assertion).toMatchObject({ version: '2.0', issuedAt: start, notBefore: start, notOnOrAfter: start + hour })
    expect(assertion.authentication?.at).toBe(start)
    const [given, ...family] = user.displayName.split(' ')
    expect(Object.fromEntries(assertion.claims.map(({ type, values }) => [type, values[0]]))).toEqual({
      'http://schemas.microsoft.com/identity/claims/tenantid': home.id,
      'http://schemas.microsoft.com/identity/claims/objectidentifier': user.objectId,
      'http://schemas.microsoft.com/identity/claims/displayname': user.displayName,
      'http://schemas.microsoft.com/identity/claims/identityprovider': `https://sts.windows.net/${home.id}/`,
      'http://schemas.microsoft.com/claims/authnmethodsreferences':
        'http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password',
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname': given,
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname': family.join(' '),
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name': user.name,
    })
    expect(readResult(shown.form?.fields['wresult'] ?? '')).toMatchObject({
      is: 'response',
      response: {
        dialect: '2005/02',
        collection: false,
        appliesTo: application.realm,
        lifetime: { created: start, expires: start + hour },
        tokenType: 'urn:oasis:names:tc:SAML:2.0:assertion',
      },
    })
  })

  test('earns SAML 1.1 where the switch says so', async () => {
    expect(verified(await open({ wsfedTokens: '1.1' }).visit())).toMatchObject({
      version: '1.1',
      confirmation: 'urn:oasis:names:tc:SAML:1.0:cm:bearer',
      authentication: { method: 'urn:oasis:names:tc:SAML:1.0:am:password' },
    })
  })

  test('names the subject the same each time, and users apart; ids are never repeated', async () => {
    const { visit } = open()
    const [first, again, other] = [
      verified(await visit()),
      verified(await visit({ wfresh: '0' })),
      verified(await visit({ wfresh: '0' }, second)),
    ]
    expect(again.nameId).toEqual(first.nameId)
    expect(other.nameId?.value).not.toBe(first.nameId?.value)
    expect(new Set([first.id, again.id, other.id]).size).toBe(3)
  })

  test('may be posted, leave wreply out, and have no wctx', async () => {
    const { visitor, fields } = open()
    const { wreply: _, wctx: __, ...bare } = fields
    const shown = await visitor.signIn(await visitor.post(`/${home.domain}/wsfed`, bare), user)
    expect(shown.form?.action).toBe(application.reply)
    expect(Object.keys(shown.form?.fields ?? {})).toEqual(['wa', 'wresult'])
  })

  test('is for users of the tenant alone, and at common for those of every tenant', async () => {
    const { visit } = open()
    expect((await visit({}, stranger)).page).toContain('AADSTS50126')
    expect(claim(verified(await visit({}, stranger, 'common'), away.id), 'tenantid')).toEqual([away.id])
  })

  test('asks for consent where the tenant asks for it', async () => {
    const { visit, visitor } = open({ asksConsent: new Set([home.id]) })
    const asking = await visit()
    expect(asking.page).toContain('Permissions requested')
    const { action = '', fields = {} } = asking.form ?? {}
    verified(await visitor.post(action, { ...fields, consent: 'accept' }))
    const again = open({ asksConsent: new Set([home.id]) })
    const refused = (await again.visit()).form
    const shown = await again.visitor.post(refused?.action ?? '', { ...refused?.fields, consent: 'refuse' })
    expect([shown.location, shown.form, shown.page]).toEqual([
      undefined,
      undefined,
      expect.stringContaining('AADSTS65004: '),
    ])
  })
})

describe('the session', () => {
  test('is the one of the OAuth endpoints, and tells when it began', async () => {
    const { ask, visitor, clock } = open()
    const request = {
      client_id: clients[0]?.id ?? '',
      response_type: 'code',
      redirect_uri: 'https://broker.test/callback',
    }
    await visitor.signIn(await visitor.get(`/${home.id}/oauth2/authorize?${encodeForm(Object.entries(request))}`), user)
    clock.time += hour
    expect(verified(await ask(), home.id, clock.time).authentication?.at).toBe(start)
  })

  test.each([
    ['0', 0, true],
    ['1', 60_000, false],
    ['1', 60_001, true],
    [undefined, 23 * hour, false],
  ])('of wfresh %s after %i ms shows the page: %s', async (wfresh, after, shows) => {
    const { ask, visit, clock } = open()
    await visit()
    clock.time += after
    expect((await ask({ wfresh })).page.includes('type="password"')).toBe(shows)
  })

  test.each(['wsignout1.0', 'wsignoutcleanup1.0'])('ends with %s, even for a cookie that was kept', async (wa) => {
    const { ask, visit, visitor } = open()
    await visit()
    const kept = visitor.cookies.get('ESTSAUTH') ?? ''
    expect((await ask({ wa, wreply: undefined })).page).toContain('signed out')
    expect(visitor.cookies.get('ESTSAUTH')).toBe('')
    visitor.cookies.set('ESTSAUTH', kept)
    expect((await ask()).page).toContain('type="password"')
  })

  test.each([
    [application.reply, application.reply],
    ['https://app.test/out', 'https://app.test/out'],
    ['https://evil.test/', undefined],
    [`${application.reply}&more`, undefined],
  ])('sent on to %s after sign-out goes to %s', async (wreply, to) => {
    const { ask } = open({ logoutUrls: new Set(['https://app.test/out']) })
    expect((await ask({ wa: 'wsignout1.0', wreply })).location).toBe(to)
  })
})

test.each<[string, number, Record<string, string | undefined>, string?]>([
  ['an unknown tenant', 90002, {}, 'nowhere'],
  ['no wa', 90081, { wa: undefined }],
  ['an unknown wa', 90081, { wa: 'wattr1.0' }],
  ['a response', 90081, { wtrealm: undefined, wresult: '<x/>' }],
  ['no realm', 90081, { wtrealm: undefined }],
  ['another realm', 700016, { wtrealm: 'https://broker.test' }],
  ['a realm in other letters', 700016, { wtrealm: 'https://BROKER.test/' }],
  ['another wreply', 50011, { wreply: 'https://evil.test/' }],
  ['a longer wreply', 50011, { wreply: `${application.reply}&more` }],
  ['an empty wreply', 50011, { wreply: '' }],
  ['a pointer', 90081, { wreqptr: 'https://evil.test/' }],
  ['freshness that is no number', 90081, { wfresh: '-1' }],
])('%s is refused on a page with AADSTS%i, and nothing is redirected', async (_, code, changed, tenant) => {
  const { status, page, location, form } = await open().ask(changed, tenant)
  expect([status, location, form]).toEqual([400, undefined, undefined])
  expect(page).toContain(`AADSTS${code}: `)
})

test('a repeated parameter is refused', async () => {
  const { visitor, fields } = open()
  const query = encodeForm([...Object.entries(fields), ['wtrealm', application.realm]])
  expect((await visitor.get(`/${home.id}/wsfed?${query}`)).page).toContain('AADSTS90081: ')
})
