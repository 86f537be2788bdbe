import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { documentedRows } from '../../fixtures/error-table.ts'
import { tamperings } from '../../fixtures/tampering/index.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { queryOf, valuesOf } from '../../protocols/form.ts'
import type { SamlVersion } from '../../protocols/saml/assertion.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { genuineOf, openTrial, trial } from '../../test/sign-in-trial.ts'
import { tenantClaim } from './claims.ts'

const rowOf = (row: keyof typeof documentedRows) => documentedRows[row].text[0] ?? ''
const open = async (upstream: 'oidc' | 'wsfed' = 'wsfed', known?: (one: Provision) => Provision) => {
  const opened = await openTrial({}, { ...(known && { known }) })
  const tenant = (await trial()).provision.tenants.find((one) => one.upstream === upstream)
  const [party, foreign] = [true, false].map((own) =>
    opened.provision.parties.find((one) => (one.tenant === tenant?.id) === own),
  )
  if (party === undefined || foreign === undefined) throw new TypeError('the slice is too small')
  return { ...opened, party, foreign }
}
type Opened = Awaited<ReturnType<typeof open>>

describe('a sign-in request is refused', () => {
  test.each<[string, keyof typeof documentedRows, (opened: Opened) => Pairs]>([
    ['without wa', 'not-ws-federation', ({ party }) => [['wtrealm', party.realm]]],
    ['with an unknown wa', 'not-ws-federation', ({ party }) => [['wa', 'wattr1.0'], ['wtrealm', party.realm]]],
    ['that nobody makes', 'not-ws-federation', () => [['wa', 'wsignin1.0']]],
    ['that is a response', 'not-ws-federation', () => [['wa', 'wsignin1.0'], ['wresult', '<x/>']]],
    ['that points elsewhere', 'not-ws-federation', ({ party, request }) => request(party.realm, [['wreqptr', 'https://evil.test/']])],
    ['with two realms', 'not-ws-federation', ({ party, foreign, request }) => request(party.realm, [['wtrealm', foreign.realm]])],
    ['of an unknown realm', 'unknown-realm', ({ request }) => request('https://nobody.test/')],
    ['of a realm in other case', 'unknown-realm', ({ party, request }) => request(party.realm.toUpperCase())],
    ['of a reply alone', 'unknown-realm', ({ party }) => [['wa', 'wsignin1.0'], ['wreply', party.reply]]],
    ['with an unregistered reply', 'sign-in-request', ({ party, request }) => request(party.realm, [['wreply', 'https://evil.test/']])],
    ['with a reply that continues the registered one', 'sign-in-request', ({ party, request }) => request(party.realm, [['wreply', `${party.reply}x`]])],
    ['with the reply of another party', 'sign-in-request', ({ party, foreign, request }) => request(party.realm, [['wreply', foreign.reply]])],
    ['with an empty reply', 'sign-in-request', ({ party, request }) => request(party.realm, [['wreply', '']])],
  ])('%s, in row %s', async (_, row, query) => {
    const opened = await open()
    const page = await opened.ask(query(opened))
    expect([page.status, page.location, page.actions]).toEqual([400, '', []])
    expect(page.text.replaceAll('&#39;', "'")).toContain(rowOf(row))
    expect(opened.cookies.size).toBe(0)
  }) // prettier-ignore

  test('with the realm quoted, as text', async () => {
    const { ask, request } = await open()
    const { text } = await ask(request('<script>alert(1)</script>'))
    expect(text).toContain('realm &#39;&lt;script&gt;alert(1)&lt;/script&gt;&#39; is unknown.')
  })

  test('with details, which are words of the broker and nothing else', async () => {
    const { ask, request, party, visit } = await open()
    expect((await ask(request(party.realm, [['wreply', 'https://evil.test/']]))).text).toContain(
      `${rowOf('sign-in-request')}: unregistered-reply`,
    )
    expect((await visit('GET', '/error?is=sign-in-request&because=call%20me')).text).not.toContain('call me')
  })

  test('of a party whose tenant nobody has told the broker of, in row 1, as its own mistake', async () => {
    const { ask, request, party } = await open('wsfed', (known) => ({ ...known, tenants: [] }))
    const page = await ask(request(party.realm))
    expect([page.status, page.text.includes(rowOf('unhandled'))]).toEqual([500, true])
  })
})

/** A sign-in that has gone upstream, and the genuine answer to it. */
const begin = async (upstream: 'oidc' | 'wsfed') => {
  const opened = await open(upstream)
  const { location } = await opened.ask(opened.request(opened.party.realm))
  return { ...opened, location, answer: await opened.answerTo(location) }
}
const row4 = rowOf('sign-in-response')
const replaced = (form: Pairs, name: string, value: string): Pairs =>
  form.map((pair) => (pair[0] === name ? [name, value] : pair))

/** The answer ends in row 4: no token, no redirect, no session. */
const refusedAs = async (begun: Awaited<ReturnType<typeof begin>>, form: Pairs) => {
  const page = await begun.reply(form)
  expect([page.status, page.location, page.actions]).toEqual([400, '', []])
  expect(page.text).toContain(row4)
  const sessions = [...begun.cookies.keys()].filter((name) => name.startsWith('session'))
  expect(sessions).toEqual([])
}

describe.each(['1.1', '2.0'] as const)('an upstream answer of SAML %s', (version: SamlVersion) => {
  test.each(tamperings.map((one) => [one.id, one] as const))('%s gets nobody in under a false name', async (_, one) => {
    const begun = await begin('wsfed')
    const { issuer, stranger } = await trial()
    const genuine = genuineOf(begun.provision, issuer, begun.party.tenant, begun.clock.time, version)
    const spoiled = await one.make({ ...genuine, stranger })
    const page = await begun.reply(replaced(begun.answer, 'wresult', spoiled))
    const refused = page.status === 400 && page.actions.length === 0 && page.text.includes(row4)
    const verified = page.actions.length === 0 ? undefined : await begun.tokenOn(page, begun.party.realm)
    const name = verified?.is === 'verified' ? verified.assertion.nameId?.value : undefined
    expect(refused || (one.owes === 'not-forged' && name !== undefined && name !== genuine.sought)).toBe(true)
  })
})

describe('an upstream answer ends in row 4', () => {
  test.each([
    ['of another tenant', (foreign: string) => ({ issuer: `https://sts.windows.net/${foreign}/`, claims: [{ type: tenantClaim, values: [foreign] }] })],
    ['of another tenant that names the right one', (foreign: string) => ({ issuer: `https://sts.windows.net/${foreign}/` })],
    ['that names another tenant', (foreign: string) => ({ claims: [{ type: tenantClaim, values: [foreign] }] })],
    ['that names two tenants', (foreign: string, own: string) => ({ claims: [{ type: tenantClaim, values: [own, foreign] }] })],
    ['that names no tenant', () => ({ claims: [] })],
    ['that names it by a similar claim', (_: string, own: string) => ({ claims: [{ type: 'http://elsewhere.test/claims/tenantid', values: [own] }] })],
  ])('for a token %s', async (_, assertion) => {
    const begun = await begin('wsfed')
    const { party, foreign, location } = begun
    await refusedAs(begun, await begun.answerTo(location, { assertion: assertion(foreign.tenant, party.tenant) }))
  }) // prettier-ignore

  test('for a token that was accepted before, in another sign-in', async () => {
    const begun = await begin('wsfed')
    expect((await begun.reply(begun.answer)).actions).toEqual([begun.party.reply])
    const { location } = await begun.ask(begun.request(begun.party.realm, [['wfresh', '0']]))
    const again = replaced(begun.answer, 'wctx', valuesOf(queryOf(location), 'wctx')[0] ?? '')
    const page = await begun.reply(again)
    expect([page.actions, page.text.includes(`${row4}: replayed`)]).toEqual([[], true])
  })

  test('for a state that was answered before, an unknown one and none', async () => {
    const begun = await begin('wsfed')
    expect((await begun.reply(begun.answer)).actions).toEqual([begun.party.reply])
    expect((await begun.reply(begun.answer)).text).toContain(`${row4}: unknown-state`)
    const other = await begin('wsfed')
    await refusedAs(other, replaced(other.answer, 'wctx', 'unknown'))
    await refusedAs(other, other.answer.slice(0, 2))
  })

  test('for a sign-in older than ten minutes by the clock', async () => {
    const young = await begin('wsfed')
    young.clock.time += 599_999
    expect((await young.reply(young.answer)).actions).toEqual([young.party.reply])
    const old = await begin('wsfed')
    old.clock.time += 600_000
    await refusedAs(old, old.answer)
  })

  test('in a browser that did not begin the sign-in', async () => {
    const begun = await begin('wsfed')
    const page = await begun.newBrowser().visit('POST', '/wsfed/reply', begun.answer)
    expect([page.actions, page.text.includes(row4)]).toEqual([[], true])
    const returning = begun.newBrowser()
    await returning.ask(begun.request(begun.party.realm))
    expect((await returning.visit('POST', '/wsfed/reply', begun.answer)).actions).toEqual([])
  })

  test('in the other protocol than was asked in', async () => {
    const [openId, federated] = [await begin('oidc'), await begin('wsfed')]
    const state = valuesOf(queryOf(openId.location), 'state')[0] ?? ''
    await refusedAs(openId, replaced(federated.answer, 'wctx', state))
    const other = valuesOf(queryOf(federated.location), 'wctx')[0] ?? ''
    await refusedAs(federated, replaced(openId.answer, 'state', other))
  })

  test('for what XML cannot carry', async () => {
    const begun = await begin('oidc')
    await refusedAs(begun, await begun.answerTo(begun.location, { claims: { upn: 'a\u0000b' } }))
  })

  test.each<[string, Record<string, unknown>]>([
    ['for another audience', { aud: 'another' }],
    ['for a second audience too', { aud: ['another'] }],
    ['of another issuer', { iss: 'https://elsewhere.test/' }],
    ['of another tenant', { tid: '22222222-2222-4222-a222-222222222222' }],
    ['of no tenant', { tid: undefined }],
    ['with another nonce', { nonce: 'another' }],
    ['without nonce', { nonce: undefined }],
    ['that has expired', { exp: Date.UTC(2025, 0) / 1000 }],
    ['that never expires', { exp: undefined }],
    ['that is not yet valid', { nbf: Date.UTC(2027, 0) / 1000 }],
  ])('for an id token %s', async (_, claims) => {
    const begun = await begin('oidc')
    await refusedAs(begun, await begun.answerTo(begun.location, { claims }))
  })

  test('for an id token that is unsigned, signed by a stranger, or with the public key', async () => {
    const begun = await begin('oidc')
    const { stranger, issuer } = await trial()
    const genuine = valuesOf(begun.answer, 'id_token')[0] ?? ''
    const claims = JSON.parse(Buffer.from(genuine.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(stranger.privateKey)
    const hmac = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k' }).sign(Buffer.from(issuer.certificate))
    for (const token of [new UnsecuredJWT(claims).encode(), foreign, hmac, 'no token', '']) {
      const again = await begin('oidc')
      const state = valuesOf(again.answer, 'state')[0] ?? ''
      await refusedAs(again, [['id_token', token], ['state', state]]) // prettier-ignore
    }
  }) // prettier-ignore

  test('for a refusal of the identity provider, whatever came beside it', async () => {
    const begun = await begin('oidc')
    await refusedAs(begun, [...begun.answer, ['error', 'access_denied']])
  })
})

test.each<[string, Pairs]>([
  ['nothing', []],
  ['a result without wa', [['wresult', '<x/>']]],
  ['two states', [['id_token', 'x'], ['state', 'a'], ['state', 'b']]],
  ['a sign-out', [['wa', 'wsignout1.0']]],
])('a reply that is %s ends in row 2', async (_, form) => {
  const { reply, send } = await open()
  expect((await reply(form)).text).toContain(rowOf('not-ws-federation'))
  expect((await send('GET', '/wsfed/reply')).location).toContain('is=not-ws-federation')
}) // prettier-ignore

test('a path that fails on purpose ends in row 1', async () => {
  const page = await (await open()).visit('GET', '/control/fail')
  expect([page.status, page.text.includes(rowOf('unhandled'))]).toEqual([500, true])
})
