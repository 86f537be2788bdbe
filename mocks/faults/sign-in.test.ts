import { SignJWT, UnsecuredJWT } from 'jose'
import type { JWK } from 'jose'
import { createHash, createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { clauses } from '../../fixtures/clauses/index.ts'
import { tamperings } from '../../fixtures/tampering/index.ts'
import { resultOf, signed } from '../../fixtures/tampering/tampering.ts'
import { signMetadata } from '../../protocols/metadata/write-metadata.ts'
import type { Signer } from '../../protocols/signature/sign.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import type { TokenRequest } from '../../protocols/ws-trust/request.ts'
import { writeTokenRequest } from '../../protocols/ws-trust/request.ts'
import { documentOf } from '../../protocols/xml/write.ts'
import { genuineOf, trial } from '../../test/sign-in-trial.ts'
import { tenantClaim } from '../broker/claims.ts'
import type { SignInPolicies } from '../broker/sign-in-policies.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { PendingSignIn } from '../broker/sign-in-terms.ts'
import { oauthFaults } from './catalogue.ts'
import type { SignInFault } from './sign-in-fault.ts'
import type { SignInFaultId } from './sign-in.ts'
import { faultySignIn, signInFaults } from './sign-in.ts'

type Inputs = { [Name in keyof SignInPolicies]: Parameters<SignInPolicies[Name]>[] }

const now = Date.UTC(2026, 0)
const hour = 3_600_000
const ids = Object.keys(signInFaults) as SignInFaultId[]
const faultOf = (one: SignInFaultId): SignInFault => signInFaults[one]
const before = { ...honestSignIn }

const underEmptyKey = (...parts: object[]) => {
  const signing = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signing}.${createHmac('sha256', '').update(signing).digest('base64url')}`
}

/** Inputs for every policy, so that each fault answers one of them differently. */
const makeInputs = async (): Promise<Inputs> => {
  const { issuer, stranger, provision } = await trial()
  const { application, tenants, parties, issuers } = provision
  const [party, second, foreign] = [parties[0], parties[1], parties[2]]
  const [tenant, other] = tenants
  if (!party || !second || !foreign || !tenant || !other) throw new TypeError('the slice is too small')
  const session = (of: string) => ({ tenant: of, proved: { id: '', issuer: '', claims: [] }, begun: now, authenticated: now, parties: new Set([second.realm, foreign.realm]) }) // prettier-ignore
  const sessions = [session(other.id), session(tenant.id)]
  const pending: PendingSignIn = { party, request: {}, context: undefined, tenant, upstream: 'oidc', nonce: 'n', browser: 'b' } // prettier-ignore
  const newest: PendingSignIn = { ...pending, party: foreign }
  const claims = ['name', 'upn', 'givenname', 'surname', 'emailaddress']
    .map((name) => ({
      type: `http://schemas.xmlsoap.org/ws/2005/05/identity/claims/${name}`,
      values: ['Ann', 'Bob', 'a name of many letters', 'ann<!---->.test'],
    }))
    .concat([
      { type: 'http://schemas.microsoft.com/identity/claims/objectidentifier', values: ['object'] },
      { type: 'http://elsewhere.test/role', values: ['admin'] },
    ])
  const realm = { realm: party.realm }
  const earlier = new Set([second.realm])
  const request = { ...realm, reply: party.reply }

  const genuine = { ...genuineOf(provision, issuer, other.id, now), stranger }
  const expected = {
    keys: [publicKeyOf(issuer.certificate)],
    issuer: genuine.assertion.issuer,
    audience: application.realm,
    now,
    skew: 300,
  }
  const spoiled = await Promise.all(tamperings.map(async (one) => one.make(genuine)))
  const farm = 'http://adfs.test/adfs/services/trust'
  const ofFarm = resultOf(genuine, await signed({ ...genuine, assertion: { ...genuine.assertion, issuer: farm } }))
  const services = { certificates: [issuer.certificate], endpoints: [], passiveEndpoints: ['https://adfs.test/adfs/ls/'], tokenTypes: [], claimTypes: [] } // prettier-ignore
  const ofItself = await signMetadata({ id: '_m', entityId: farm, securityTokenService: services }, issuer)
  const old = { ...genuine, assertion: genuineOf(provision, issuer, other.id, now, '1.1').assertion }
  const texts = [...spoiled, resultOf(genuine, await signed(genuine)), resultOf(old, await signed(old))]

  const idExpected = {
    application,
    issuer: tenant.oidc.issuer,
    nonce: 'n',
    now,
    jwks: issuers[0]?.jwks ?? { keys: [] },
  }
  const seconds = now / 1000
  const idClaims = { iss: tenant.oidc.issuer, aud: application.id, iat: seconds, exp: seconds + 3600, nonce: 'n', sub: 's', tid: tenant.id } // prettier-ignore
  const idToken = (more: Record<string, unknown>, signer: Signer = issuer, header: object = { kid: 'k' }) =>
    new SignJWT({ ...idClaims, ...more }).setProtectedHeader({ ...header, alg: 'RS256' }).sign(signer.privateKey)
  const idTokens = await Promise.all([
    idToken({}),
    idToken({}, stranger),
    idToken({ amr: ['wia'] }),
    idToken({ nonce: 'other' }),
    idToken({ aud: 'other' }),
    idToken({ iat: seconds - 7200, exp: seconds - 3600 }),
    idToken({ nbf: seconds + 3600 }),
    idToken({}, stranger, { kid: 'unknown' }),
    idToken({}, stranger, { kid: 'k', jwk: publicKeyOf(stranger.certificate).export({ format: 'jwk' }) as JWK }),
    idToken({}, stranger, { kid: 'k', x5c: [stranger.certificate] }),
    Promise.resolve(underEmptyKey({ alg: 'HS256', kid: '/dev/null' }, idClaims)),
    Promise.resolve(new UnsecuredJWT(idClaims).encode()),
  ])
  const assertion = { ...genuine.assertion, id: '_fixed' }
  const proved = { issuedBy: tenant.id, named: tenant.id, name: 'ann@corp.example' }
  const signers = [issuer, stranger]
  const trustRequest: TokenRequest = { dialect: '1.3', to: 'https://broker.test/trust', appliesTo: party.realm, credential: { is: 'token', token: await signed(genuine) } } // prettier-ignore
  const trustText = writeTokenRequest(trustRequest)
  const twice = trustText.replace(/<wsp:AppliesTo.*<\/wsp:AppliesTo>/, '$&$&')

  return {
    reads: [
      [[['wa', 'wsignin1.0'], ['wtrealm', 'a'], ['wtrealm', 'b']]],
      [[['wtrealm', 'a']]],
      [[['wa', 'wsignin1.0'], ['wtrealm', 'a'], ['wreply', 'b'], ['wreply', 'c']]],
      [[['wa', 'wsignin1.0'], ['wtrealm', 'a'], ['wreply', 'b']], [['wtrealm', 'c'], ['wreply', 'd']]],
      [[['wa', 'wsignin1.0'], ['wtrealm', 'a'], ['wresult', '<r/>']]],
      [[['wa', 'wattr1.0'], ['wtrealm', 'a']]],
      [[['wa', 'wsignin1.0x'], ['wtrealm', 'a']]],
    ],
    readsTokenRequest: [[twice], [trustText.replace(/Issue(?=<\/trust:RequestType)/, 'Renew')]],
    findAppliesTo: [`${party.realm}x`, party.realm.slice(0, -1)].map((one) => [parties, one]),
    overTrust: [[{ ...assertion, version: '1.1' }, trustRequest], [assertion, { ...trustRequest, timestamp: { created: now, expires: now } }]],
    findParty: ['unknown', '', '%', second.realm, party.realm.toUpperCase(), party.realm.slice(0, -1), `${party.realm}x`].map((one) => [parties, one]),
    acceptsReply: ['https://evil.test/', `${party.reply}x`, party.reply.toUpperCase(), `${party.reply}?x=y`].map((one) => [one, party.reply]),
    keepContext: [['a b'], [' a '], ['a'.repeat(300)], ['%41'], ['a<b>c']],
    prompts: [[{ authentication: 'urn:oasis:names:tc:SAML:1.0:am:password' }], [{ freshness: 0 }]],
    freshnessOf: [[{}, party, sessions]],
    findSession: [[sessions, party, {}, now], [sessions, foreign, {}, now], [sessions.slice(0, 1), party, {}, now], [[{ ...session(other.id), begun: now - 7_200_000 }], party, {}, now]],
    chooseUpstream: [[tenants, party, { homeRealm: other.domain }], [tenants, party, {}], [tenants, foreign, {}]],
    federationQuery: [[application, request], [application, realm]],
    openIdQuery: [[application, request, 'n', true], [application, realm, 'n', true]],
    cookieAttributes: [['sign-in'], ['session']],
    stillPending: [[{ begun: 0, touched: 0, now: 600_000 }], [{ begun: 0, touched: 0, now: 9 * hour }]],
    knownAt: [[1, 0, pending], [1, 0, { ...pending, context: 'a'.repeat(200) }]],
    spends: [[true], [false]],
    findPending: [[pending, newest], [undefined, newest]],
    sameBrowser: [['mine', []], ['mine', ['other']]],
    acceptsKind: [['oidc', 'wsfed'], ['wsfed', 'oidc']],
    servesRefused: [['access_denied', sessions, party], ['else', sessions, party]],
    provedElsewhere: [[ofFarm, pending, { application, now }, async () => ofItself]],
    findIssuer: ['https://stranger.test/', `${tenant.oidc.issuer}x`].map((one) => [tenants, one, 'oidc', tenant]),
    believesAssertion: texts.map((text) => [text, expected]),
    believesIdToken: idTokens.map((token) => [token, idExpected]),
    namesTenant: [
      [[{ type: tenantClaim, values: ['a'] }, { type: 'http://schemas.microsoft.com/identity/claims/identityprovider', values: ['https://sts.windows.net/b/'] }]],
      [[{ type: 'http://elsewhere.test/tenantid', values: ['x'] }]],
      [[{ type: tenantClaim, values: ['a', 'b'] }]],
      [[{ type: tenantClaim, values: ['a'] }, { type: tenantClaim, values: ['b'] }]],
    ],
    isMember: [
      [proved, party, {}],
      [{ ...proved, name: 'bob_elsewhere#EXT#@corp.example' }, party, {}],
      [{ ...proved, issuedBy: other.id }, party, {}],
      [{ ...proved, named: other.id }, party, {}],
      [{ ...proved, issuedBy: other.id, named: other.id }, party, {}],
      [proved, party, { homeRealm: other.id }],
    ],
    isReplay: [['short', () => true], ['a'.repeat(200), () => true]],
    assertionId: [['_fresh', '_upstream']],
    audiences: [[party, application, earlier]],
    lifetime: [[now, now], [now, now - hour]],
    tokenVersion: [
      [{ ...party, tokenVersion: '1.1' }, 'oidc', new Set()],
      [{ ...party, tokenVersion: '1.1' }, 'wsfed', new Set()],
      [{ ...party, tokenVersion: '1.1' }, 'wsfed', earlier],
    ],
    claimsFor: [[claims, party]],
    signsWith: [[signers], [[...signers, { ...stranger, certificate: 'first' }]]],
    signs: [
      [assertion, issuer],
      [{ ...assertion, claims: [{ type: 'urn:long/name', values: ['a'.repeat(4_000)] }] }, issuer],
      [{ ...assertion, issuedAt: now, authentication: { at: now - hour, method: 'urn:password' } }, issuer],
    ],
    describes: [[{ dialect: '2005/02', collection: false, lifetime: { created: now, expires: now + 8 * hour } }, now - hour]],
    destination: [[party, undefined, newest], [party, undefined, undefined]],
    ends: [[sessions]],
    acceptsSignOutReply: ['https://evil.test/', `${party.reply}x`, new URL(party.reply).origin].map((one) => [one, parties]),
    cleansUp: [[sessions[0] ?? session(''), parties], [{ ...session(''), parties: new Set(parties.map((one) => one.realm)) }, parties]],
    signOutUpstream: [[application, {}], [application, { reply: party.reply }]],
    publishes: [[signers]],
    describesItself: [[{ entityId: 'e', securityTokenService: { certificates: [], endpoints: [], passiveEndpoints: ['x'], tokenTypes: [], claimTypes: [] } }]],
    show: [['sign-in-request'], ['unhandled']],
    wording: [
      ['sign-in-request', { because: 'unregistered-reply' }],
      ['sign-in-response', {}],
      ['unknown-realm', { realm: 'x' }],
      ['unknown-realm', { realm: 'x'.repeat(100) }],
      ['not-ws-federation', {}],
      ['sign-out-request', {}],
      ['unhandled', {}],
      ['metadata', {}],
    ],
    marksUp: [['<b>'], ['<'.repeat(300)]],
    numbers: [['sign-in-response', {}], ['unknown-realm', { realm: 'x'.repeat(100) }]],
    insteadOfMetadata: [[]],
  } // prettier-ignore
}

let inputs: Inputs
beforeAll(async () => {
  inputs = await makeInputs()
})

/** What a policy answers, as plain data: a key is its own digest, an element its text. */
const plain = (answer: unknown): unknown => {
  if (typeof answer !== 'object' || answer === null) return answer
  if ('assertion' in answer) return answer.assertion
  return 'children' in answer
    ? createHash('sha256')
        .update(documentOf(answer as never))
        .digest('hex')
    : answer
}
const answersOf = (policies: SignInPolicies, name: keyof SignInPolicies) =>
  Promise.all(inputs[name].map(async (input) => plain(await (policies[name] as (...given: unknown[]) => unknown)(...input)))) // prettier-ignore

describe.each(ids)('%s', (one) => {
  const { policy, instead, does, breaks } = faultOf(one)

  test('answers some input differently from an honest broker', async () => {
    expect(await answersOf(faultySignIn(one), policy)).not.toEqual(await answersOf(honestSignIn, policy))
  })

  test('replaces one policy, says so, and breaks a clause of a broker', () => {
    expect(faultySignIn(one)).toEqual({ ...before, [policy]: instead })
    expect(one).toMatch(/^broker\.[a-z]+s(-[a-z0-9]+)+$/)
    expect(does).toMatch(/^[a-z].*[^.]$/)
    expect(clauses.filter(({ role }) => role === 'broker').map((clause) => clause.id)).toContain(breaks)
  })
})

test('every policy has two faults, each says something of its own, and none is in the other catalogue', () => {
  const policies = ids.map((one) => faultOf(one).policy)
  const few = Object.keys(honestSignIn).filter((policy) => policies.filter((one) => one === policy).length < 2)
  expect(few).toEqual([])
  expect(new Set(ids.map((one) => faultOf(one).does)).size).toBe(ids.length)
  expect(ids.filter((one) => Object.hasOwn(oauthFaults, one))).toEqual([])
})
