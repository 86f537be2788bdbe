import { describe, expect, test } from 'vitest'
import { clauses } from '../fixtures/clauses/index.ts'
import type { Pairs } from '../protocols/wire.ts'
import type { Answer, Asked, BrokerClient, Form, Pending, Policies } from './broker/policies.ts'
import { honest } from './broker/policies.ts'
import { faulty as decisionsWith, oauthFaults as faults } from './faults/catalogue.ts'
import type { Fault } from './faults/fault.ts'
import { client as anyClient } from './faults/under-test.ts'
import { lawfulVariants } from './lawful-variants.ts'

const before = { ...honest }
const uri = 'https://app.test/callback'
const long = `https://app.test/${'a'.repeat(90)}`
const { id } = anyClient
const client: BrokerClient = {
  ...anyClient,
  redirectUris: [uri, 'https://app.test:8443/Cb.aspx?site=x&lang=en', `${long}/callback`],
}
const other: BrokerClient = { ...client, id: 'other', tenant: 'elsewhere', oauth: false, redirectUris: ['https://o.test/'] } // prettier-ignore
const asked: Asked = { redirectUri: `${uri}?x=y`, state: 's', responseType: 'code', resource: undefined }
const pending: Pending = { client, asked, valid: true, browser: 'mine' }
const newest: Pending = { ...pending, browser: 'another' }
const form: Form = { method: 'GET', parameters: [], returning: false }
const answers: Answer[] = [
  { code: 'c'.repeat(300) },
  { error: 'login_required' },
  { error: 'access_denied', error_description: 'no' },
]

/** Redirect URIs that resemble a registered one, each in a way that some product has fallen for. */
const nearMisses = [
  'javascript:alert(1)', `${uri}.evil`, 'https://app.test/evil', 'https://evil.app.test/x',
  `https://evil.test/?next=${uri}`, 'https://app.test@evil.test/', 'https://appXtest/callback',
  'http://app.test/callback', 'https://app.test/Callback', 'https://APP.test/callback',
  'https://app.test:8443/callback', `${uri}?x=y`, `${uri}/`, `${uri}#x`, 'https://app.test/x/../callback',
  'https://app.test/%63allback', 'https://app.test/%2563allback', 'https://app.test/call\u200Bback',
  'https://app.test/\uFF43allback',
] // prettier-ignore

/** Inputs for every policy, so that each fault answers one of them differently. */
const inputs: { [Name in keyof Policies]: Parameters<Policies[Name]>[] } = {
  servesVersion: [['1'], ['2'], ['2.1'], ['3']],
  cookieAttributes: [[asked], [{ ...asked, state: 'a'.repeat(200) }]],
  readClientId: [
    [[['client_id', id], ['client_id', other.id]]],
    [[['client_id', id], ['client_id', other.id], ['prompt', 'none']]],
  ], // prettier-ignore
  findClient: ['unknown', id, id.slice(0, 4), id.replace('0', '_'), `${id.slice(0, 18)}${'x'.repeat(18)}`].flatMap(
    (given) => [[[client, other], given, undefined], [[client, other], given, 'elsewhere'], [[client, other], given, 'nowhere']] as const,
  ).map(([known, given, tenant]) => [[...known], given, tenant]), // prettier-ignore
  mayUseOauth: [
    [client, form],
    [other, form],
    [other, { ...form, parameters: [['prompt', 'none']] }],
  ],
  blamesFirst: [[id], ['no-guid']],
  readRedirectUri: [[], [uri], [uri, 'https://evil.test/']]
    .map((values): Parameters<Policies['readRedirectUri']> => [
      values.map((value, index): Pairs[number] => ['redirect_uri', `${value}${index}`]),
    ])
    .concat([
      [
        [
          ['redirect_uri', uri],
          ['redirect_uri[]', 'https://evil.test/'],
        ],
      ],
      [[['redirect_uri', uri]], [['redirect_uri', 'https://evil.test/']]],
    ]),
  registeredFor: [[client, [client, other], new Set(['https://used.test/'])]],
  matches: [
    ...nearMisses.map((given): [string, string, Form] => [given, uri, form]),
    [`${long}/evil`, `${long}/callback`, form],
    ['https://evil.test/', uri, { ...form, returning: true }],
    ['https://evil.test/', uri, { ...form, method: 'POST' }],
  ],
  validatesFirst: [[uri], ['x'.repeat(2000)]],
  servesResponseType: [['code'], ['token'], ['code id_token'], ['']],
  callbackOf: [[client, []], [client, [['x-forwarded-host', 'evil.test']]], [client, [['x-forwarded-host', 'evil.test'], ['x-forwarded-proto', 'https']]]], // prettier-ignore
  upstreamQuery: [[client, asked], [client, { ...asked, resource: 'a&client_id=evil' }]], // prettier-ignore
  keepState: [['plain'], [' a '], ['a'.repeat(300)], ['%41'], ['a+b']],
  stillPending: [[{ begun: 0, touched: 0, now: 600_000 }], [{ begun: 0, touched: 86_400_000, now: 86_400_001 }]],
  knownAt: [[0, 0, pending], [1, 0, pending], [1, 0, { ...pending, asked: { ...asked, state: 'a'.repeat(200) } }]], // prettier-ignore
  spends: [[{ code: 'c' }], [{ error: 'access_denied' }]],
  namesRequest: [['random', 1, client], ['other', 2, client]], // prettier-ignore
  spendsFirst: [[asked], [{ ...asked, state: 'a'.repeat(200) }]],
  findPending: [[pending, newest, 's'], [undefined, newest, 's'], [undefined, newest, undefined]], // prettier-ignore
  sameBrowser: [['mine', ['mine']], ['mine', []], ['mine', ['other']]], // prettier-ignore
  destination: [[{ ...pending, asked: { ...asked, redirectUri: client.redirectUris[1] ?? '' } }, newest]],
  giveBack: [...answers.map((answer): [Answer, string] => [answer, 's']), [{ code: 'c', error: 'access_denied' }, 's'], [{ code: 'c' }, undefined]], // prettier-ignore
  show: [
    ['invalid_redirect_uri', 'https://evil.test/'],
    ['invalid_redirect_uri', 'x'.repeat(2000)],
  ],
  wording: [
    ['invalid_client_id', 'text/html'],
    ['invalid_redirect_uri', 'text/html'],
    ['authorization-response', '*/*'],
    ['authorization-request', 'text/html', { because: 'x' }],
    ['authorization-request', 'text/html', { because: 'x', quoted: 'id_token token' }],
    ['oauth-version', 'text/html'],
    ['token-request', 'text/html'],
  ],
  marksUp: [['<b>'], ['<'.repeat(300)]],
  numbers: [['authorization-response', {}], ['authorization-request', { quoted: 'id_token token' }]], // prettier-ignore
  tellsOf: [['said', { client, code: 'c'.repeat(300) }]],
}
type FaultId = keyof typeof faults
const ids = Object.keys(faults) as FaultId[]
const faulty = (one: FaultId): Policies => decisionsWith(one).policies ?? honest
const faultOf = (one: FaultId): Fault => faults[one]
/** All that a broker answers to the inputs of one policy. */
const answersOf = (policies: Policies, name: keyof Policies) =>
  inputs[name].map((input) => (policies[name] as (...given: unknown[]) => unknown)(...input))

describe.each(ids)('%s', (one) => {
  const { policy, instead, does, breaks } = faultOf(one)

  test('answers some input differently from an honest broker', () => {
    expect(answersOf(faulty(one), policy)).not.toEqual(answersOf(honest, policy))
  })

  test('replaces one policy and leaves every other as it is', () => {
    expect(faulty(one)).toEqual({ ...before, [policy]: instead })
  })

  test('is named by who does what, says so, and breaks a clause of a broker', () => {
    expect(one).toMatch(/^broker\.[a-z]+s(-[a-z0-9]+)+$/)
    expect(does).toMatch(/^[a-z].*[^.]$/)
    expect(clauses.filter(({ role }) => role === 'broker').map((clause) => clause.id)).toContain(breaks)
  })
})

const matching = ids.filter((one) => faultOf(one).policy === 'matches')
test.each(matching)('%s takes what is not registered, and still what is', (one) => {
  expect(answersOf(honest, 'matches')).not.toContain(true)
  expect(answersOf(faulty(one), 'matches')).toContain(true)
  expect(client.redirectUris.filter((registered) => !faulty(one).matches(registered, registered, form))).toEqual([])
})

test('no two faults do the same', () => {
  expect(new Set(ids.map((one) => faultOf(one).does)).size).toBe(ids.length)
})

test('making broken and lawful brokers leaves the honest policies alone', () => {
  ids.forEach(faulty)
  expect(Object.keys(lawfulVariants).length).toBeGreaterThan(0)
  expect(honest).toEqual(before)
})
