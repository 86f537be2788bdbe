import { describe, expect, test } from 'vitest'
import { clauses } from '../fixtures/clauses/index.ts'
import type { BrokerClient, Policies } from './broker/policies.ts'
import { honest } from './broker/policies.ts'
import type { Fault, FaultId } from './faults.ts'
import { faults, faulty } from './faults.ts'
import { lawfulVariants } from './lawful-variants.ts'

const before = { ...honest }
const long = `https://app.test/${'a'.repeat(90)}`
const client: BrokerClient = {
  id: 'id',
  tenant: 'tenant',
  name: 'name',
  secret: 'secret',
  oauth: true,
  resource: 'https://graph.test',
  authorizationEndpoint: 'https://login.test/authorize',
  tokenEndpoint: 'https://login.test/token',
  callback: 'https://broker.test/callback',
  redirectUris: ['https://app.test/callback', 'https://app.test:8443/Cb.aspx?site=x&lang=en', `${long}/callback`],
}

/** A redirect URI that the honest broker refuses, and the registered one for which the fault takes it. */
const wrongly = (given: string, registered: string) => (policies: Policies) => policies.matches(given, registered)
const uri = 'https://app.test/callback'

/** For each fault an input to which it answers differently. */
const witnesses: Record<FaultId, (policies: Policies) => unknown> = {
  'broker.accepts-any-redirect-uri': wrongly('javascript:alert(1)', uri),
  'broker.accepts-redirect-uri-by-prefix': wrongly(`${uri}.evil`, uri),
  'broker.accepts-redirect-uri-by-origin': wrongly('https://app.test/evil', uri),
  'broker.accepts-redirect-uri-by-parent-host': wrongly('https://evil.app.test/x', uri),
  'broker.accepts-redirect-uri-containing-registered': wrongly(`https://evil.test/?next=${uri}`, uri),
  'broker.accepts-registered-host-as-user': wrongly('https://app.test@evil.test/', uri),
  'broker.accepts-redirect-uri-as-pattern': wrongly('https://appXtest/callback', uri),
  'broker.ignores-scheme-of-redirect-uri': wrongly('http://app.test/callback', uri),
  'broker.ignores-case-of-redirect-uri': wrongly('https://app.test/Callback', uri),
  'broker.ignores-case-of-host': wrongly('https://APP.test/callback', uri),
  'broker.ignores-port-of-redirect-uri': wrongly('https://app.test:8443/callback', uri),
  'broker.ignores-query-of-redirect-uri': wrongly(`${uri}?x=y`, uri),
  'broker.ignores-trailing-slash': wrongly(`${uri}/`, uri),
  'broker.ignores-fragment': wrongly(`${uri}#x`, uri),
  'broker.normalises-redirect-uri': wrongly('https://app.test/x/../callback', uri),
  'broker.decodes-redirect-uri': wrongly('https://app.test/%63allback', uri),
  'broker.decodes-redirect-uri-twice': wrongly('https://app.test/%2563allback', uri),
  'broker.truncates-redirect-uri': wrongly(`${long}/evil`, `${long}/callback`),
  'broker.strips-invisible-characters': wrongly('https://app.test/call\u200Bback', uri),
  'broker.folds-compatible-characters': wrongly('https://app.test/\uFF43allback', uri),
  'broker.accepts-longer-parent-path': wrongly('https://app.test/evil', uri),
  'broker.uses-last-redirect-uri': ({ readRedirectUri }) => readRedirectUri([uri, 'https://evil.test/']),
  'broker.uses-first-redirect-uri': ({ readRedirectUri }) => readRedirectUri(['https://evil.test/', uri]),
  'broker.validates-redirect-uri-after-sign-in': ({ validatesFirst }) => validatesFirst(),
  'broker.redirects-refusals': ({ show }) => show('invalid_redirect_uri', 'https://evil.test/'),
  'broker.omits-refusal-text': ({ wording }) => wording('invalid_redirect_uri'),
  'broker.blames-the-client': ({ wording }) => wording('invalid_redirect_uri'),
  'broker.leaks-secret-upstream': ({ upstreamQuery }) => upstreamQuery(client),
}
const ids = Object.keys(faults) as FaultId[]
const faultOf = (id: FaultId): Fault => faults[id]
const matching = ids.filter((id) => faultOf(id).policy === 'matches')

describe.each(ids)('%s', (id) => {
  test('answers one input differently from an honest broker', () => {
    expect(witnesses[id](faulty(id))).not.toEqual(witnesses[id](honest))
  })

  test('leaves every other policy as it is', () => {
    const { policy, instead } = faultOf(id)
    expect(faulty(id)).toEqual({ ...before, [policy]: instead })
  })
})

test.each(matching)('%s takes what is not registered, and still what is', (id) => {
  const { matches } = faulty(id)
  expect([witnesses[id](honest), witnesses[id](faulty(id))]).toEqual([false, true])
  expect(client.redirectUris.filter((one) => !matches(one, one))).toEqual([])
})

test('a repeated redirect URI is validated at one end and used from the other', () => {
  const values = ['https://first.test/', 'https://last.test/']
  const [first, last] = values
  expect(faulty('broker.uses-last-redirect-uri').readRedirectUri(values)).toEqual({ validated: first, used: last })
  expect(faulty('broker.uses-first-redirect-uri').readRedirectUri(values)).toEqual({ validated: last, used: first })
})

test('making broken and lawful brokers leaves the honest policies alone', () => {
  ids.forEach(faulty)
  expect(Object.keys(lawfulVariants).length).toBeGreaterThan(0)
  expect(honest).toEqual(before)
})

describe('the catalogue', () => {
  test.each(ids)('names %s by who does what', (id) => expect(id).toMatch(/^broker\.[a-z]+s(-[a-z]+)+$/))

  test('says of every fault what it does, in words of its own, and which clause it breaks', () => {
    const says = ids.map((id) => faultOf(id).does)
    expect(new Set(says).size).toBe(ids.length)
    expect(says.filter((text) => !/^[a-z].*[^.]$/.test(text))).toEqual([])
    const known = new Set(clauses.map(({ id }) => id))
    expect(ids.filter((id) => !known.has(faultOf(id).breaks))).toEqual([])
  })
})
