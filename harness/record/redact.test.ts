import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { single, slice } from '../../fixtures/world/slice.ts'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import type { Exchange } from './exchange.ts'
import { evidenceOf, redactorOf, secretsOf } from './redact.ts'

const password = 'p&ss wörd/+'
const secrets = new Map([
  ['s3cret', 'client secret'],
  [password, 'password'],
])
const redact = redactorOf(secrets)
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
    [world.application.secret, 'client secret'],
    [clients[0]?.secret, 'client secret'],
    [users[0]?.password, 'password'],
  ])
})

test('an assertion is taken out of an envelope, with what follows it', () => {
  const text = '<s:Body><t:Token><saml:Assertion ID="_a">ann</saml:Assertion></t:Token></s:Body>'
  expect(redact(text)).toBe('<s:Body><t:Token><saml:Assertion>[redacted, with what follows]')
  expect(redact('<b>AssertionError</b> <AssertionConsumerService/>')).toContain('<AssertionConsumerService/>')
})

describe('a secret of the world is taken out wherever it stands', () => {
  test.each([
    ['raw', `it is ${password}.`],
    ['percent-encoded', `it is ${encodeURIComponent(password)}.`],
    ['in base64', `it is ${Buffer.from(password).toString('base64')}.`],
  ])('%s', (_, text) => {
    expect(redact(text)).toBe('it is [redacted password].')
  })

  test('as a header would be named', () => {
    const named = redactorOf(new Map([['Secret-AbC', 'client secret']]))
    expect(named('x-secret-abc: 1')).toBe('x-[redacted client secret]: 1')
  })

  const token = 'token-0123456789abcdef'
  const hidden = redactorOf(new Map([[token, 'token']]))
  const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
  test.each([
    ['every character percent-encoded', token.replaceAll(/./g, (one) => `%${one.charCodeAt(0).toString(16)}`)],
    ['percent-encoded twice', encodeURIComponent(token.replaceAll('-', '%2D'))],
    ['in base64, behind something else', base64(`client:${token}`)],
    ['in base64url, without padding', Buffer.from(`{"t":"${token}"}`).toString('base64url')],
    ['in base64, glued to a word', `debug-${base64(`x${token}`)}`],
    ['in base64 of base64', base64(base64(token))],
    ['in base64 in a URL', encodeURIComponent(base64(`?${token}?`))],
    ['in hexadecimal digits', Buffer.from(token).toString('hex')],
    ['escaped for JSON', token.replaceAll('t', String.raw`\u0074`)],
    ['escaped for JavaScript', token.replaceAll('t', String.raw`\x74`)],
    ['escaped for HTML', token.replaceAll('t', '&#x74;').replaceAll('-', '&#45;')],
    ['with gzip', base64(gzipSync(`a page about ${token}`))],
    ['with zlib', base64(deflateSync(token))],
    ['deflated, as SAML travels in a query', encodeURIComponent(base64(deflateRawSync(`<a>${token}</a>`)))],
  ])('%s', (_, form) => {
    expect(form).not.toContain(token)
    const clean = hidden(`it is ${form} and "${form}".`)
    expect(clean).toBe('it is [redacted token, encoded] and "[redacted token, encoded]".')
  })

  test.each([
    ['base64', `x${base64(`?${password}?`)}`],
    ['hexadecimal digits', Buffer.from(password).toString('hex')],
    ['escapes of JSON', password.replaceAll(/[^a-z]/g, (one) => String.raw`\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)], // prettier-ignore
  ])('beyond ASCII too, in %s', (_, form) => {
    expect(redact(`it is ${form}.`)).toMatch(/^it is \[redacted password, encoded\]\.?$/)
  })

  test('and nothing else: what decodes to no secret stays', () => {
    const text = `id ${'0f'.repeat(16)} 04c8c738-c543-446e-8223-eb2594751180 %E2%82%AC ${base64('nothing to see here')}`
    expect(hidden(text)).toBe(text)
  })

  test('what hides too much to be looked through is taken out as a whole', () => {
    const nested = `${base64('x'.repeat(40))}.`.repeat(500)
    expect(hidden(`a ${nested} b`)).toBe('a [redacted: too much is encoded in it] b')
  })

  test('of two, the longer one', () => {
    const both = redactorOf(new Map([['secret', 'short'], ['secret-2', 'long']])) // prettier-ignore
    expect(both('secret secret-2')).toBe('[redacted short] [redacted long]')
  })

  test('and where there is none, nothing', () => {
    expect(redactorOf(new Map([['', 'empty']]))('a text')).toBe('a text')
  })

  test('and as often as it stands there', () => {
    expect(redact('s3cret,s3cret')).toBe('[redacted client secret],[redacted client secret]')
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
    expect(redact(text)).toBe(clean)
  })

  test('at the beginning of a form, in a link, and behind an escaped ampersand', () => {
    expect(redact('code=x&state=y')).toBe('code=[redacted]&state=y')
    expect(redact('<a href="/cb?code=x">')).toBe('<a href="/cb?code=[redacted]">')
    expect(redact('/cb?a=1&amp;code=x&amp;b=2')).toBe('/cb?a=1&amp;code=[redacted]&amp;b=2')
  })

  test('but not what only sounds like one', () => {
    expect(redact('zipcode=10115&error_code=5')).toBe('zipcode=10115&error_code=5')
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
      redact,
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
    const { request } = evidenceOf({ ...exchange, request: { ...exchange.request, headers } }, redact)
    expect(request.headers).toEqual([...names.map((name) => [name, '[redacted]']), ['accept', 'value']])
  })

  test('cuts a long body, after the secrets were taken out', () => {
    const body = bytes(`${'a'.repeat(3_998)}s3cret${'b'.repeat(1_000)}`)
    const { response } = evidenceOf({ ...exchange, response: { status: 200, headers: [], body } }, redact)
    expect(response?.body).toMatch(/^a{3998}\[r \[\d+ characters more\]$/)
  })

  test('cuts a body that is not worth reading where a word ends', () => {
    const body = bytes(`${'word '.repeat(6_553)}s3cret${'b'.repeat(100_000)}`)
    const { response } = evidenceOf({ ...exchange, response: { status: 200, headers: [], body } }, redact)
    expect(response?.body).toMatch(/^(word ){800} \[\d+ characters more\]$/)
    const words = bytes(`${Buffer.from('s3cret').toString('base64')}${'b'.repeat(100_000)}`)
    const unbroken = evidenceOf({ ...exchange, response: { status: 200, headers: [], body: words } }, redact)
    expect(unbroken.response?.body).toMatch(/^ \[\d+ characters more\]$/)
  })

  test('takes secrets out of the names of headers', () => {
    const { response } = evidenceOf({ ...exchange, response: { status: 200, headers: [['x-s3cret', '1']], body: bytes('') } }, redact) // prettier-ignore
    expect(response?.headers).toEqual([['x-[redacted client secret]', '1']])
  })

  test('has no response where none came, and says why', () => {
    const { response: _, ...unanswered } = exchange
    const evidence = evidenceOf({ ...unanswered, broke: 'connection reset' }, redact)
    expect(evidence).not.toHaveProperty('response')
    expect(evidence.request).not.toHaveProperty('body')
    expect(evidence.broke).toBe('connection reset')
  })
})
