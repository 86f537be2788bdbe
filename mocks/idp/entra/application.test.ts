import { decodeJwt, jwtVerify } from 'jose'
import type { KeyObject } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm } from '../../../protocols/form.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { wireOf } from '../../wire.ts'
import { visitorAt } from '../visitor.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 1, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.application', shape)
const [[home, away], [user, stranger]] = [tenants, users]
if (!home || !away || !user || !stranger) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const clock = { now: () => Date.UTC(2026, 0) }

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

describe('the application', () => {
  const valid = {
    client_id: application.id,
    redirect_uri: application.reply,
    response_mode: 'form_post',
    scope: 'openid',
  }
  const authorize = (changed: Record<string, string>, tenant = home.id, mode?: HostileModeId) => {
    const entra = makeEntra({ origin, clock, keys, tenants, clients, users, replyUrl, application })
    if (mode) entra.modes.set(home.id, new Set([mode]))
    const visitor = visitorAt(wireOf(entraHandlers(entra)), origin)
    const query = encodeForm(Object.entries({ ...valid, ...changed }))
    return visitor.get(`/${tenant}/oauth2/v2.0/authorize?${query}`).then((shown) => ({ shown, visitor }))
  }

  test.each([
    ['code', ['code', 'session_state']],
    ['id_token', ['id_token', 'session_state']],
    ['code id_token', ['code', 'id_token', 'session_state']],
  ])('of every tenant earns a %s at its own reply URL', async (type, names) => {
    for (const [tenant, as] of [
      [home, user],
      [away, stranger],
    ] as const) {
      const { shown, visitor } = await authorize({ response_type: type, nonce: 'n' }, tenant.id)
      const { action, fields = {} } = (await visitor.signIn(shown, as)).form ?? {}
      expect([action, Object.keys(fields)]).toEqual([application.reply, names])
      if (type === 'code') continue
      const claims = decodeJwt(fields['id_token'] ?? '')
      expect(claims).toMatchObject({ aud: application.id, tid: tenant.id, nonce: 'n', oid: as.objectId })
      expect('c_hash' in claims).toBe(type !== 'id_token')
    }
  })

  test('redeems its code with its secret', async () => {
    const { shown, visitor } = await authorize({ response_type: 'code' })
    const { code = '' } = (await visitor.signIn(shown, user)).form?.fields ?? {}
    const { id: client_id, secret: client_secret } = application
    const form = { grant_type: 'authorization_code', client_id, client_secret, code, redirect_uri: application.reply }
    expect(JSON.parse((await visitor.post(`/${home.id}/oauth2/v2.0/token`, form)).page)).toMatchObject({
      token_type: 'Bearer',
      id_token: expect.any(String),
    })
  })

  test('owes a nonce for an id token, and its reply URL is its own', async () => {
    const { shown } = await authorize({ response_type: 'id_token' })
    expect(shown.form?.fields).toMatchObject({ error_description: expect.stringContaining("parameter: 'nonce'") })
    for (const changed of [{ redirect_uri: replyUrl }, { client_id: clients[0]?.id ?? '' }]) {
      expect((await authorize({ response_type: 'code', ...changed })).shown.page).toContain('AADSTS50011: ')
    }
  })

  const trusted = () => publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')
  const verify = (token: string, key: KeyObject | Uint8Array = trusted(), algorithms = ['RS256']) =>
    jwtVerify(token, key, {
      algorithms,
      issuer: `${origin}/${home.id}/v2.0`,
      audience: application.id,
      currentDate: new Date(clock.now()),
    })
  test.each<[HostileModeId | undefined, (token: string) => unknown]>([
    [undefined, async (token) => expect((await verify(token)).payload).toMatchObject({ nonce: 'n', tid: home.id })],
    ['idp.changes-nonce', async (token) => expect((await verify(token)).payload['nonce']).not.toBe('n')],
    ['idp.omits-signature', (token) => expect(token.split('.')[2]).toBe('')],
    ['idp.mints-for-another-audience', (token) => expect(verify(token)).rejects.toThrow(/"aud"/)],
    ['idp.names-another-tenant', async (token) => expect((await verify(token)).payload['tid']).not.toBe(home.id)],
    ['idp.adds-tenant-before', async (token) => expect((await verify(token)).payload['tid']).toHaveLength(2)],
    [
      'idp.adds-tenant-after',
      async (token) => expect((await verify(token)).payload['tid']).toEqual([home.id, expect.any(String)]),
    ],
    [
      'idp.adds-similar-tenant-claims',
      async (token) => {
        const { tid, tenantid } = (await verify(token)).payload
        expect([tid, tenantid === home.id, typeof tenantid]).toEqual([home.id, false, 'string'])
      },
    ],
    ['idp.names-another-issuer', (token) => expect(verify(token)).rejects.toThrow(/"iss"/)],
    ['idp.issues-expired-id-token', (token) => expect(verify(token)).rejects.toThrow(/"exp"/)],
    [
      'idp.signs-with-hs256',
      async (token) => {
        const pem = new TextEncoder().encode(trusted().export({ type: 'spki', format: 'pem' }).toString())
        expect((await verify(token, pem, ['HS256'])).payload['nonce']).toBe('n')
        await expect(verify(token)).rejects.toThrow(/alg/)
      },
    ],
  ])('alone with an id token meets %s', async (mode, shows) => {
    const { shown, visitor } = await authorize({ response_type: 'id_token', nonce: 'n' }, home.id, mode)
    await shows((await visitor.signIn(shown, user)).form?.fields['id_token'] ?? '')
  })

  test('asks for consent at each sign-in in a tenant that awaits it', async () => {
    const { shown, visitor } = await authorize({ response_type: 'code' }, home.id, 'idp.awaits-consent')
    const asked = await visitor.signIn(shown, user)
    expect(asked.page).toContain('Permissions requested')
    const answered = await visitor.post(asked.form?.action ?? '', { ...asked.form?.fields, consent: 'accept' })
    expect(answered.form?.fields).toHaveProperty('code')
    const query = encodeForm([['wa', 'wsignin1.0'], ['wtrealm', application.realm]]) // prettier-ignore
    expect((await visitor.get(`/${home.id}/wsfed?${query}`)).page).toContain('AADSTS700016: ')
  })

  test('cannot be consented to where an administrator is wanted', async () => {
    const type = { response_type: 'code' }
    const lack = 'AADSTS90094: Calling principal cannot consent due to lack of permissions.'
    const onPage = await authorize(type, home.id, 'idp.wants-administrator')
    expect(await onPage.visitor.signIn(onPage.shown, user)).toMatchObject({
      page: expect.stringContaining(lack),
      status: 400,
    })
    const back = await authorize(type, home.id, 'idp.sends-back-without-consent')
    const { form } = await back.visitor.signIn(back.shown, user)
    expect(form?.fields).toMatchObject({ error: 'access_denied', error_description: lack })
  })

  test('is unknown in a tenant that lacks it', async () => {
    const type = { response_type: 'code' }
    expect((await authorize(type, home.id, 'idp.lacks-application')).shown.page).toContain('AADSTS700016: ')
    expect((await authorize(type, away.id, 'idp.lacks-application')).shown.page).toContain('type="password"')
  })
})
