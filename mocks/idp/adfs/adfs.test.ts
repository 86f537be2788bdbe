import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { single, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm } from '../../../protocols/form.ts'
import { verifyMetadata } from '../../../protocols/metadata/read-metadata.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import { readAnswer } from '../../../protocols/ws-trust/answer.ts'
import type { TokenRequest } from '../../../protocols/ws-trust/request.ts'
import { writeTokenRequest } from '../../../protocols/ws-trust/request.ts'
import { wireOf } from '../../wire.ts'
import { visitorAt } from '../visitor.ts'
import { adfsHandlers } from './handlers.ts'
import { makeAdfs } from './state.ts'

const [user] = slice(1, 'adfs', single).users
if (!user) throw new TypeError('the slice is too small')
const origin = 'https://adfs.test'
const issuer = 'http://adfs.test/adfs/services/trust'
const party = { realm: 'urn:sharepoint:test', reply: 'https://sp.test/_trust/', subject: 'upn' } as const
const start = Date.UTC(2026, 0, 2)
const hour = 3_600_000
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet(false, 'ADFS Signing - adfs.test')
})

const open = () => {
  const clock = { time: start, now: () => clock.time }
  const adfs = makeAdfs({ origin, clock, keys, users: [user], parties: [party] })
  const wire = wireOf(adfsHandlers(adfs))
  const visitor = visitorAt(wire, origin)
  const ask = (changed: Record<string, string> = {}) => {
    const fields = { wa: 'wsignin1.0', wtrealm: party.realm, wctx: 'a "context" & <more>', ...changed }
    return visitor.get(`/adfs/ls/?${encodeForm(Object.entries(fields))}`)
  }
  const signIn = async (changed?: Record<string, string>, password = user.password) => {
    const { form } = await ask(changed)
    return visitor.post(form?.action ?? '', { ...form?.fields, UserName: user.name, Password: password })
  }
  return { clock, wire, visitor, ask, signIn }
}
const trusted = () => [publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')]
const verify = (text = '', now = start) =>
  verifyToken(text, { keys: trusted(), issuer, audience: party.realm, now, skew: 0 })

describe('the passive endpoint', () => {
  test('answers name and password with a SAML 1.1 token at the reply URL of the party', async () => {
    const { form } = await open().signIn()
    expect(form).toMatchObject({ action: party.reply, fields: { wa: 'wsignin1.0', wctx: 'a "context" & <more>' } })
    expect(verify(form?.fields['wresult'])).toMatchObject({
      is: 'verified',
      assertion: {
        version: '1.1',
        nameId: { value: user.name, format: 'http://schemas.xmlsoap.org/claims/UPN' },
        notOnOrAfter: start + hour,
        claims: expect.arrayContaining([
          { type: 'http://schemas.xmlsoap.org/claims/UPN', values: [user.name] },
          { type: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name', values: [user.displayName] },
        ]),
      },
    })
  })

  test('shows the page again for a wrong password', async () => {
    const { page, form } = await open().signIn({}, 'wrong')
    expect(page).toContain('Incorrect user ID or password')
    expect(form?.fields).not.toHaveProperty('wresult')
  })

  test('needs no page within the session, unless fresh credentials are asked for', async () => {
    const { ask, signIn, clock } = open()
    await signIn()
    clock.time += hour
    const again = verify((await ask()).form?.fields['wresult'], clock.time)
    expect(again).toMatchObject({ is: 'verified', assertion: { authentication: { at: start } } })
    for (const wfresh of ['0', '59']) expect((await ask({ wfresh })).page).toContain('type="password"')
    expect((await signIn({ wfresh: '0' })).form?.fields).toHaveProperty('wresult')
    clock.time += 8 * hour
    expect((await ask()).page).toContain('type="password"')
  })

  test('forgets the session at sign-out, and sends on to a reply URL that it knows alone', async () => {
    const { ask, signIn } = open()
    await signIn()
    expect((await ask({ wa: 'wsignout1.0', wreply: 'https://evil.test/' })).location).toBeUndefined()
    expect((await ask()).page).toContain('type="password"')
    expect((await ask({ wa: 'wsignout1.0', wreply: party.reply })).location).toBe(party.reply)
  })

  test.each<[string, Record<string, string>, string]>([
    ['an unknown realm', { wtrealm: `${party.realm}/` }, 'MSIS7007: '],
    ['another reply URL', { wreply: 'https://evil.test/' }, 'MSIS3126: '],
    ['an unknown action', { wa: 'wattr1.0' }, 'MSIS7001: '],
    ['a result', { wresult: '<x/>' }, 'MSIS7001: '],
  ])('refuses %s on a page', async (_, changed, text) => {
    const { status, location, form, page } = await open().ask(changed)
    expect([status, location, form, page]).toEqual([400, undefined, undefined, expect.stringContaining(text)])
  })
})

describe('the endpoint for name and password', () => {
  const to = `${origin}/adfs/services/trust/13/usernamemixed`
  const request = async (changed: Partial<TokenRequest> = {}, type = 'application/soap+xml; charset=utf-8') => {
    const credential = { is: 'password', username: user.name, password: user.password } as const
    const valid = { dialect: '1.3', to, appliesTo: party.realm, messageId: 'urn:uuid:1', credential } as const
    const response = await open().wire({
      method: 'POST',
      origin,
      rawPath: '/adfs/services/trust/13/usernamemixed',
      headers: [['content-type', type]],
      body: new TextEncoder().encode(writeTokenRequest({ ...valid, ...changed })),
    })
    return { status: response.status, type: headerOf(response.headers, 'content-type'), text: textOf(response) }
  }

  test.each([
    [undefined, '1.1'],
    ['urn:oasis:names:tc:SAML:1.0:assertion', '1.1'],
    ['urn:oasis:names:tc:SAML:2.0:assertion', '2.0'],
    ['http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0', '2.0'],
  ] as const)('answers a request for %s with SAML %s', async (tokenType, version) => {
    const { status, type, text } = await request({ ...(tokenType && { tokenType }) })
    expect([status, type]).toEqual([200, 'application/soap+xml; charset=utf-8'])
    expect(verify(text)).toMatchObject({ is: 'verified', assertion: { version } })
    expect(text).toContain('>urn:uuid:1<')
    expect(readAnswer(text)).toMatchObject({
      response: { dialect: '1.3', collection: true, appliesTo: party.realm, lifetime: { created: start } },
    })
  })

  const elsewhere = { is: 'password', username: user.name, password: 'wrong' } as const
  const stamped = (created: number) => ({ timestamp: { created, expires: created + 300_000 } })
  test.each<[string, string, Partial<TokenRequest>]>([
    ['a wrong password', 'FailedAuthentication', { credential: elsewhere }],
    ['an unknown party', 'InvalidScope', { appliesTo: 'urn:other' }],
    ['another dialect', 'InvalidRequest', { dialect: '2005/02' }],
    ['another endpoint', 'DestinationUnreachable', { to: `${to}/` }],
    ['an old request', 'InvalidSecurity', stamped(start - 600_000)],
    ['a request of the future', 'InvalidSecurity', stamped(start + 300_001)],
    ['an unknown kind of token', 'RequestFailed', { tokenType: 'urn:other' }],
    ['a proof key', 'RequestFailed', { keyType: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey' }],
  ])('answers %s with the fault %s and status 500', async (_, name, changed) => {
    const { status, type, text } = await request(changed)
    expect([status, type]).toEqual([500, 'application/soap+xml; charset=utf-8'])
    expect(readAnswer(text)).toMatchObject({ is: 'fault', fault: { code: 'Sender', subcode: { name } } })
  })

  test('says of a wrong password what clients look for', async () => {
    const { text } = await request({ credential: elsewhere })
    expect(text).toContain('ID3242: The security token could not be authenticated or authorized.')
  })

  test('takes SOAP 1.2 alone', async () => {
    expect((await request({}, 'text/xml')).status).toBe(415)
    const { visitor } = open()
    expect((await visitor.get('/adfs/services/trust/13/usernamemixed')).status).toBe(404)
  })

  test('takes a request with a current timestamp', async () => {
    expect((await request(stamped(start - 100_000))).status).toBe(200)
  })
})

test.each(['FederationMetadata/2007-06/FederationMetadata.xml', 'federationmetadata/2007-06/federationmetadata.xml'])(
  'the metadata at %s is signed and names both endpoints',
  async (path) => {
    const { page } = await open().visitor.get(`/${path}`)
    expect(verifyMetadata(page, { keys: trusted(), entityId: issuer, now: start })).toMatchObject({
      metadata: {
        securityTokenService: {
          certificates: keys.publicJwk.x5c,
          passiveEndpoints: [`${origin}/adfs/ls/`],
          endpoints: [`${origin}/adfs/services/trust/13/usernamemixed`],
        },
      },
    })
  },
)
