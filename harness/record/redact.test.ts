import { describe, expect, test } from 'vitest'
import { single, slice } from '../../fixtures/world/slice.ts'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import type { Exchange } from './exchange.ts'
import { evidenceOf, redactText, secretsOf } from './redact.ts'

const password = 'p&ss wörd/+'
const secrets = new Map([
  ['s3cret', 'client secret'],
  [password, 'password'],
])
const bytes = (text: string) => new TextEncoder().encode(text)
const exchange: Exchange = {
  n: 7,
  check: 'redact.test',
  phase: 'run',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 5,
  request: { method: 'POST', origin: 'https://broker.test', rawPath: '/', headers: [], body: bytes('') },
  response: { status: 200, headers: [], body: bytes('') },
}

test('the secrets of a world are the secrets of its clients and the passwords of its users', () => {
  const world = worldOf(1, [{ id: 'redact.test', needs: { shape: single } }], {} as Keyring)
  const { clients, users } = slice(1, 'redact.test', single)
  expect([...secretsOf(world)]).toEqual([
    [clients[0]?.secret, 'client secret'],
    [users[0]?.password, 'password'],
  ])
})

describe('a secret of the world is taken out wherever it stands', () => {
  test.each([
    ['raw', `it is ${password}.`],
    ['percent-encoded', `it is ${encodeURIComponent(password)}.`],
    ['in base64', `it is ${Buffer.from(password).toString('base64')}.`],
  ])('%s', (_, text) => {
    expect(redactText(text, secrets)).toBe('it is [redacted password].')
  })

  test('and as often as it stands there', () => {
    expect(redactText('s3cret,s3cret', secrets)).toBe('[redacted client secret],[redacted client secret]')
  })
})

describe('what travels in a secret parameter is taken out, whatever it is', () => {
  test.each([
    'code',
    'client_secret',
    'ClientSecret',
    'AuthorizationCode',
    'access_token',
    'refresh_token',
    'id_token',
    'passwd',
    'wresult',
    'SAMLResponse',
  ])('%s', (name) => {
    const text = `https://a.test/cb?a=1&${name}=value%20more&state=kept#${name}=value&b=2`
    const clean = `https://a.test/cb?a=1&${name}=[redacted]&state=kept#${name}=[redacted]&b=2`
    expect(redactText(text, secrets)).toBe(clean)
  })

  test('at the beginning of a form, in a link, and behind an escaped ampersand', () => {
    expect(redactText('code=x&state=y', secrets)).toBe('code=[redacted]&state=y')
    expect(redactText('<a href="/cb?code=x">', secrets)).toBe('<a href="/cb?code=[redacted]">')
    expect(redactText('/cb?a=1&amp;code=x&amp;b=2', secrets)).toBe('/cb?a=1&amp;code=[redacted]&amp;b=2')
  })

  test('but not what only sounds like one', () => {
    expect(redactText('zipcode=10115&error_code=5', secrets)).toBe('zipcode=10115&error_code=5')
  })
})

describe('the evidence of an exchange', () => {
  test('keeps who, when and what, without the secrets in URL, headers and bodies', () => {
    const { request, response, ...rest } = evidenceOf(
      {
        ...exchange,
        request: {
          ...exchange.request,
          rawPath: '/a/../b?code=x&s=s3cret',
          headers: [['Referer', 'https://a.test/?s3cret']],
          body: bytes(`passwd=${encodeURIComponent(password)}`),
        },
        response: {
          status: 302,
          headers: [['location', 'https://app.test/?code=x&state=1']],
          body: bytes(`<p>${password}</p>`),
        },
      },
      secrets,
    )
    expect(rest).toEqual({ n: 7, check: 'redact.test', phase: 'run', plane: 'party', from: 'browser', to: 'target', at: 5 }) // prettier-ignore
    expect(request).toEqual({
      method: 'POST',
      url: 'https://broker.test/a/../b?code=[redacted]&s=[redacted client secret]',
      headers: [['Referer', 'https://a.test/?[redacted client secret]']],
      body: 'passwd=[redacted]',
    })
    expect(response).toEqual({
      status: 302,
      headers: [['location', 'https://app.test/?code=[redacted]&state=1']],
      body: '<p>[redacted password]</p>',
    })
  })

  test('shows that cookies and credentials were sent, but not which', () => {
    const names = ['Cookie', 'authorization', 'Proxy-Authorization', 'set-cookie']
    const headers = [...names, 'accept'].map((name): [string, string] => [name, 'value'])
    const { request } = evidenceOf({ ...exchange, request: { ...exchange.request, headers } }, secrets)
    expect(request.headers).toEqual([...names.map((name) => [name, '[redacted]']), ['accept', 'value']])
  })

  test('cuts a long body, after the secrets were taken out', () => {
    const body = bytes(`${'a'.repeat(3_998)}s3cret${'b'.repeat(1_000)}`)
    const { response } = evidenceOf({ ...exchange, response: { status: 200, headers: [], body } }, secrets)
    expect(response?.body).toMatch(/^a{3998}\[r \[\d+ characters more\]$/)
  })

  test('has no response where none came, and says why', () => {
    const { response: _, ...unanswered } = exchange
    const evidence = evidenceOf({ ...unanswered, broke: 'connection reset' }, secrets)
    expect(evidence).not.toHaveProperty('response')
    expect(evidence.request).not.toHaveProperty('body')
    expect(evidence.broke).toBe('connection reset')
  })
})
