import { describe, expect, test } from 'vitest'
import { clauses } from '../../fixtures/clauses/index.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { BrokerClient } from '../broker/policies.ts'
import type { TokenAsked, TokenPolicies } from '../broker/token-policies.ts'
import { honestToken } from '../broker/token-policies.ts'
import { faulty, oauthFaults, tokenFaults } from './catalogue.ts'
import { signInFaults } from './sign-in.ts'
import type { TokenFault } from './token-fault.ts'
import { client as anyClient } from './under-test.ts'

const { id } = anyClient
const uri = 'https://app.test/callback'
const client: BrokerClient = {
  ...anyClient,
  tenant: id,
  redirectUris: [uri, 'https://app.test/second', `https://app.test/${'a'.repeat(100)}`],
}
const other: BrokerClient = { ...client, id: 'other', tenant: 'elsewhere', oauth: false, redirectUris: ['https://o.test/'] } // prettier-ignore
const clients = [client, other]
const state = `uri=${uri}|cid=${id}`
const asked: TokenAsked = {
  grant: { type: 'authorization_code', value: 'c' },
  clientId: id,
  redirectUri: uri,
  resource: client.resource,
  state,
  tokenEndpoint: 'https://broker.test/token',
  clientSecret: '',
  realm: undefined,
}
const renewal: TokenAsked = { ...asked, grant: { type: 'refresh_token', value: 'r' } }
const elsewhere = { ...asked, resource: 'https://other.test' }
const foreign = [
  'https://evil.test/', 'https://o.test/', `${uri}/more`, 'https://app.test/x', 'https://APP.test/callback',
  'https://app.test/%2563allback', 'https://app.test/second',
].map((redirectUri) => ({ ...asked, redirectUri })) // prettier-ignore
const jwt = (tid: string) => `e30.${Buffer.from(JSON.stringify({ tid })).toString('base64url')}.`
const given = { access_token: jwt(id).padEnd(300, 'x'), refresh_token: 'new', id_token: jwt(id) }

const formOf = (changed: Record<string, string>): Pairs =>
  Object.entries({ AuthorizationCode: 'c', ClientId: id, RedirectUri: uri, State: state, ...changed })

/** Inputs for every policy, so that each fault answers one of them differently. */
const inputs: { [Name in keyof TokenPolicies]: Parameters<TokenPolicies[Name]>[] } = {
  servesVersion: [['1'], ['2'], ['21']],
  reads: [
    [formOf({ RedirectUri: '' }), undefined],
    [formOf({ State: `uri=https://o.test/|cid=other` }), undefined],
    [formOf({ State: `cid=other|uri=https://o.test/|${state}` }), undefined],
    [[...formOf({}), ['ClientId', 'other']], undefined],
  ],
  sharesAnswer: [[asked], [renewal]],
  refreshesWith: [['given', []], ['given', ['older', 'given', 'newer']]],
  findClient: ['unknown', id, `${id.slice(0, 18)}${'x'.repeat(18)}`].map((clientId) => [clients, { ...asked, clientId }]),
  blamesClient: [[asked], [{ ...asked, clientId: id.repeat(3) }]],
  mayUseOauth: [[other, asked], [other, renewal]],
  isRegistered: [
    ...[asked, renewal, { ...asked, realm: 'elsewhere' }, { ...asked, realm: 'nowhere' }, ...foreign].map(
      (one): [BrokerClient, TokenAsked, BrokerClient[]] => [client, one, clients],
    ),
    [client, { ...renewal, redirectUri: 'https://evil.test/' }, clients],
  ],
  validatesFirst: [[asked], [renewal]],
  endpointFor: ['https://evil.test/', 'https://login.test/token/x'].map((tokenEndpoint) => [client, { ...asked, tokenEndpoint }]),
  grantFor: [asked, renewal].flatMap((one) =>
    [one, { ...one, resource: 'https://other.test' }, { ...one, clientSecret: 'x' }, { ...one, redirectUri: client.redirectUris[2] ?? '' }].map(
      (each): [BrokerClient, TokenAsked] => [client, each],
    ),
  ),
  asksBeside: [asked, renewal].map((one) => [client, one, { refused: true, application: other }]),
  quotesForeign: [[given, client], [{ access_token: jwt('elsewhere') }, client]],
  isOfRealm: [
    [given, client, asked],
    [{ ...given, access_token: jwt('elsewhere') }, client, asked],
    [{ ...given, id_token: jwt(`${id.slice(0, 18)}x`) }, client, asked],
    [{ access_token: 'opaque' }, client, asked],
  ],
  handsOver: [asked, renewal, { ...renewal, resource: elsewhere.resource }, { ...asked, state: 's'.repeat(300) }, { ...asked, redirectUri: 'x'.repeat(101) }].map((one) => [given, client, one]),
  delivers: [asked, { ...asked, state: `${state}|uri=https://evil.test/` }].map((one) => [client, one]),
  tellsFailure: [['AADSTS70000: no\r\nTrace', client, asked], ['AADSTS70000: no\r\nTrace', client, renewal]],
} // prettier-ignore

type TokenFaultId = keyof typeof tokenFaults
const ids = Object.keys(tokenFaults) as TokenFaultId[]
const before = { ...honestToken }
const decisionsWith = (one: TokenFaultId): TokenPolicies => faulty(one).token ?? honestToken
const answersOf = (policies: TokenPolicies, name: keyof TokenPolicies) =>
  inputs[name].map((input) => (policies[name] as (...parts: unknown[]) => unknown)(...input))

describe.each(ids)('%s', (one) => {
  const { policy, instead, does, breaks }: TokenFault = tokenFaults[one]

  test('answers some input differently from an honest broker', () => {
    expect(answersOf(decisionsWith(one), policy)).not.toEqual(answersOf(honestToken, policy))
  })

  test('replaces one policy, says so, and breaks a clause of a broker', () => {
    expect(decisionsWith(one)).toEqual({ ...before, [policy]: instead })
    expect(one).toMatch(/^broker\.[a-z]+s(-[a-z0-9]+)+$/)
    expect(does).toMatch(/^[a-z].*[^.]$/)
    expect(clauses.filter(({ role }) => role === 'broker').map((clause) => clause.id)).toContain(breaks)
  })
})

test('every policy has two faults, each says something of its own, and none is in another catalogue', () => {
  const policies = ids.map((one): string => tokenFaults[one].policy)
  expect(Object.keys(honestToken).filter((policy) => policies.filter((one) => one === policy).length < 2)).toEqual([])
  expect(new Set(ids.map((one) => tokenFaults[one].does)).size).toBe(ids.length)
  expect(ids.filter((one) => Object.hasOwn(oauthFaults, one) || Object.hasOwn(signInFaults, one))).toEqual([])
})

test('an honest broker takes one value of each field, and either a code or a refresh token', () => {
  const { reads } = honestToken
  expect(reads(formOf({}), 'r')).toMatchObject({ grant: { type: 'authorization_code', value: 'c' }, realm: 'r' })
  expect(reads([...formOf({}), ['State', 'x']], undefined)).toBeUndefined()
  expect(reads(formOf({ RefreshToken: 'r' }), undefined)).toBeUndefined()
  expect(reads([['ClientId', id], ['RedirectUri', uri]], undefined)).toBeUndefined() // prettier-ignore
})
