import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { queryOf, valuesOf } from '../../protocols/form.ts'
import type { SamlVersion } from '../../protocols/saml/assertion.ts'
import { readResult } from '../../protocols/ws-federation/result.ts'
import { openTrial } from '../../test/sign-in-trial.ts'
import { tenantClaim } from './claims.ts'

const sides = (['oidc', 'wsfed'] as const).flatMap((upstream) =>
  (['1.1', '2.0'] as const).map((version): ['oidc' | 'wsfed', SamlVersion] => [upstream, version]),
)
const open = async (upstream: 'oidc' | 'wsfed' = 'wsfed', version: SamlVersion = '2.0') => {
  const trial = await openTrial()
  const tenant = trial.provision.tenants.find((one) => one.upstream === upstream)
  const all = trial.provision.parties.filter((one) => one.tenant === tenant?.id)
  const party = all.find(({ tokenVersion }) => tokenVersion === version)
  const second = all.find((one) => one !== party)
  if (tenant === undefined || party === undefined || second === undefined) throw new TypeError('the slice is too small')
  return { ...trial, tenant, party, second }
}

describe('the request upstream', () => {
  test('over WS-Federation names the realm and the reply of the broker and a state of its own', async () => {
    const { ask, request, party, tenant, provision } = await open('wsfed')
    const { status, location } = await ask(request(party.realm, [['wctx', 'mine']]))
    expect([status, location.startsWith(`${tenant.wsfed.endpoint}?`)]).toEqual([302, true])
    expect(Object.fromEntries(queryOf(location))).toEqual({
      wa: 'wsignin1.0',
      wtrealm: provision.application.realm,
      wreply: provision.application.reply,
      wctx: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('over OpenID Connect asks for an id token in a form, with a nonce and a state', async () => {
    const { ask, request, party, tenant, provision } = await open('oidc')
    const { location } = await ask(request(party.realm, [['wctx', 'mine']]))
    expect(location.startsWith(`${tenant.oidc.authorizationEndpoint}?`)).toBe(true)
    expect(Object.fromEntries(queryOf(location))).toEqual({
      client_id: provision.application.id,
      response_type: 'id_token',
      response_mode: 'form_post',
      scope: 'openid profile',
      redirect_uri: provision.application.reply,
      nonce: expect.stringMatching(/^[0-9a-f-]{36}$/),
      state: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(location).not.toContain(provision.application.secret)
  })

  test.each([['wsfed', '30', 'wfresh', '30'], ['oidc', '30', 'max_age', '1800'], ['oidc', '0', 'prompt', 'login']] as const)(
    'over %s passes on wfresh=%s as %s=%s',
    async (upstream, freshness, name, value) => {
      const { ask, request, party } = await open(upstream)
      const { location } = await ask(request(party.realm, [['wfresh', freshness]]))
      expect(valuesOf(queryOf(location), name)).toEqual([value])
    },
  ) // prettier-ignore
})

describe.each(sides)('a sign-in over %s to a party of SAML %s', (upstream, version) => {
  test('posts a new token to its reply, signed with a certificate of the metadata', async () => {
    const trial = await open(upstream, version)
    const { party, clock, provision } = trial
    const page = await trial.signInTo(party.realm, [['wctx', 'rm=0&id=passive']])
    expect([page.status, page.actions]).toEqual([200, [party.reply]])
    expect(page.fields.filter(([name]) => name !== 'wresult')).toEqual([['wa', 'wsignin1.0'], ['wctx', 'rm=0&id=passive']]) // prettier-ignore

    const verified = await trial.tokenOn(page, party.realm)
    if (verified.is === 'refused') throw new Error(verified.detail)
    expect(verified.assertion).toMatchObject({
      version,
      issuer: provision.application.realm,
      audiences: [[party.realm]],
      issuedAt: clock.time,
      notBefore: clock.time,
      notOnOrAfter: clock.time + 8 * 3_600_000,
    })
    const told = Object.fromEntries(verified.assertion.claims.map(({ type, values }) => [type.split('/').at(-1), values])) // prettier-ignore
    expect(told).toMatchObject({
      name: ['ann@corp.example'],
      objectidentifier: ['object-1'],
      tenantid: [party.tenant],
    })
    expect(Object.keys(told)).not.toContain('role')
  })

  test('says of the token what it is', async () => {
    const trial = await open(upstream, version)
    const page = await trial.signInTo(trial.party.realm)
    expect(readResult(valuesOf(page.fields, 'wresult')[0] ?? '')).toMatchObject({
      is: 'response',
      response: {
        appliesTo: trial.party.realm,
        tokenType: version === '1.1' ? 'urn:oasis:names:tc:SAML:1.0:assertion' : 'urn:oasis:names:tc:SAML:2.0:assertion', // prettier-ignore
        lifetime: { created: trial.clock.time, expires: trial.clock.time + 8 * 3_600_000 },
      },
    })
  })

  test('serves the second party of the tenant without asking upstream', async () => {
    const trial = await open(upstream, version)
    await trial.signInTo(trial.party.realm)
    const { ask, request, second } = trial
    const page = await ask(request(second.realm))
    expect(page.actions).toEqual([second.reply])
    expect(await trial.tokenOn(page, second.realm)).toMatchObject({ is: 'verified' })
    expect(await trial.tokenOn(page, trial.party.realm)).toMatchObject({ reason: 'wrong-audience' })
  })
})

test.each(['1.1', '2.0'] as const)('an upstream assertion of SAML %s is understood', async (version) => {
  const trial = await open('wsfed')
  const page = await trial.signInTo(trial.party.realm, [], {
    assertion: { version, confirmation: `urn:oasis:names:tc:SAML:${version === '1.1' ? '1.0' : '2.0'}:cm:bearer` },
  })
  expect(page.actions).toEqual([trial.party.reply])
})

test('wctx comes back unchanged, whatever characters it has', async () => {
  const trial = await open('oidc')
  const { ask, request, party } = trial
  await trial.signInTo(party.realm)
  const markup = fc.constantFrom('"><script>', "'", '&amp;', '%41', '+', ' ', 'ü', 'é', '\u{1F600}')
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.array(markup).map((parts) => parts.join(''))) // prettier-ignore
  const property = fc.asyncProperty(text, async (given) => {
    const context = given.replaceAll(/[\0\r\n]/g, '')
    const { fields, actions } = await ask(request(party.realm, [['wctx', context]]))
    expect([valuesOf(fields, 'wctx'), actions]).toEqual([[context], [party.reply]])
  })
  await fc.assert(property, { seed: 1, numRuns: 60 })
})

test('an own reply may be named, and is used', async () => {
  const trial = await open()
  const page = await trial.signInTo(trial.party.realm, [['wreply', trial.party.reply]])
  expect(page.actions).toEqual([trial.party.reply])
})

test('two sign-ins at once each go to their own party', async () => {
  const { ask, request, answerTo, reply, party, second } = await open()
  const [first, other] = [await ask(request(party.realm)), await ask(request(second.realm))]
  expect((await reply(await answerTo(other.location))).actions).toEqual([second.reply])
  expect((await reply(await answerTo(first.location))).actions).toEqual([party.reply])
})

describe('a session', () => {
  test('does not serve who asks for a new authentication', async () => {
    const { ask, request, signInTo, party, second, tenant, clock } = await open()
    await signInTo(party.realm)
    const upstream = async (...more: [string, string][]) => (await ask(request(second.realm, more))).location
    expect(await upstream(['wfresh', '0'])).toContain(tenant.wsfed.endpoint)
    clock.time += 10 * 60_000
    expect(await upstream(['wfresh', '10'])).toContain(tenant.wsfed.endpoint)
    expect(await upstream(['wfresh', '11'])).toBe('')
  })

  test('ends after eight hours', async () => {
    const { ask, request, signInTo, party, tenant, clock } = await open()
    await signInTo(party.realm)
    clock.time += 8 * 3_600_000 - 1
    expect((await ask(request(party.realm))).actions).toEqual([party.reply])
    clock.time += 1
    expect((await ask(request(party.realm))).location).toContain(tenant.wsfed.endpoint)
  })

  test('serves no party of another tenant, and no other browser', async () => {
    const { ask, request, signInTo, party, provision, newBrowser } = await open()
    await signInTo(party.realm)
    const foreign = provision.parties.find(({ tenant }) => tenant !== party.tenant)
    expect((await ask(request(foreign?.realm ?? ''))).status).toBe(302)
    expect((await newBrowser().ask(request(party.realm))).status).toBe(302)
  })
})

test('any node finishes what another began, and serves its sessions', async () => {
  const trial = await openTrial({}, { count: 3 })
  const { ask, request, answerTo, reply, provision } = trial
  const [party, second] = provision.parties
  if (party === undefined || second === undefined) throw new TypeError('the slice is too small')
  const { location } = await ask(request(party.realm), 0)
  const page = await reply(await answerTo(location), 1)
  expect(await trial.tokenOn(page, party.realm)).toMatchObject({ is: 'verified' })
  expect((await ask(request(second.realm), 2)).actions).toEqual([second.reply])
})

test('every cookie is secure, and nobody is asked for a password', async () => {
  const { ask, request, answerTo, send, party } = await open()
  const asked = await ask(request(party.realm))
  const answered = await send('POST', '/wsfed/reply', await answerTo(asked.location))
  expect([asked.set.length, answered.set.length, answered.passwords]).toEqual([1, 1, 0])
  expect([...asked.set, ...answered.set].filter((cookie) => !/; Secure; HttpOnly/.test(cookie))).toEqual([])
})

test('a guest is a member of the directory that says so, whatever the domain of the name', async () => {
  const trial = await open()
  const page = await trial.signInTo(trial.party.realm, [], {
    assertion: { nameId: { value: 'bob@elsewhere.test' }, claims: [{ type: tenantClaim, values: [trial.party.tenant] }] }, // prettier-ignore
  })
  expect(page.actions).toEqual([trial.party.reply])
})
