import { expect, test } from 'vitest'
import { single } from '../../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../../fixtures/world/world.ts'
import type { Invariant } from '../../harness/judge/check.ts'
import type { Exchange } from '../../harness/record/exchange.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { passwordsSeen } from './passwords.ts'
import { secretsInUrls } from './secrets-in-urls.ts'
import { secretsLogged, secretsTold } from './secrets-told.ts'

const world = worldOf(1, [{ id: 'a.b.c', needs: { shape: single } }], await makeKeyring())
const { clients, users } = world.slices['a.b.c']!
const [secret, password] = [clients[0]?.secret ?? '', users[0]?.password ?? '']
const base64 = (text: string) => Buffer.from(text).toString('base64')

type Said = { from?: Exchange['from']; to?: Exchange['to']; method?: string; path?: string; headers?: Pairs; body?: string; answer?: { headers?: Pairs; body?: string } } // prettier-ignore
const exchange = ({ from = 'browser', to = 'target', method = 'GET', path = '/', headers = [], body = '', answer }: Said): Exchange => ({
  n: 1, check: null, phase: 'run', plane: 'party', from, to, at: 0,
  request: { method, origin: 'https://broker.test', rawPath: path, headers, body: Buffer.from(body) },
  ...(answer && { response: { status: 200, headers: answer.headers ?? [], body: Buffer.from(answer.body ?? '') } }),
}) // prettier-ignore
const kindOf = (invariant: Invariant, said: Said) => invariant.inspect(exchange(said), world)?.kind
const grant = `grant_type=authorization_code&client_secret=${encodeURIComponent(secret)}`

test.each<[string, Said]>([
  ['the grant of a broker', { from: 'target', to: 'idp', method: 'POST', body: grant }],
  ['one with the secret in a Basic header', { from: 'target', to: 'idp', method: 'POST', headers: [['authorization', `Basic ${base64(`x:${secret}`)}`]], body: 'grant_type=refresh_token' }], // prettier-ignore
  ['a page that quotes what its caller has sent', { method: 'POST', body: `ClientSecret=${secret}`, answer: { body: `unknown: ${secret}` } }], // prettier-ignore
  ['a password on its way to the identity provider', { to: 'idp', method: 'POST', body: `passwd=${password}`, answer: { body: `<input value="${password}">` } }], // prettier-ignore
  ['a code and a token on their way', { path: '/cb?code=code-0123456789', answer: { body: `{"access_token":"${base64(users[0]?.name ?? '')}"}` } }], // prettier-ignore
])('%s breaks no invariant', (_, said) => {
  for (const invariant of [secretsInUrls, secretsTold, passwordsSeen]) expect(kindOf(invariant, said)).toBeUndefined()
})

test.each<[Invariant, string, Said]>([
  [secretsInUrls, 'secret-in-url', { path: `/x?hint=${Buffer.from(`a:${secret}`).toString('base64url')}` }],
  [secretsInUrls, 'secret-in-url', { to: 'idp', headers: [['Referer', `https://broker.test/?p=${password}`]] }],
  [secretsInUrls, 'secret-in-url', { answer: { headers: [['location', `https://a.test/#${secret}`]] } }],
  [secretsTold, 'secret-told', { answer: { body: `<!-- ${secret} -->` } }],
  [secretsTold, 'secret-told', { answer: { headers: [['set-cookie', `s=${base64(secret)}`]] } }],
  [secretsTold, 'secret-told', { from: 'target', to: 'idp', headers: [['x-secret', secret]] }],
  [secretsTold, 'secret-told', { method: 'POST', body: `ClientSecret=${secret}`, answer: { body: world.application.secret } }], // prettier-ignore
  [passwordsSeen, 'password-seen', { method: 'POST', body: `password=${password}` }],
  [passwordsSeen, 'password-seen', { from: 'target', to: 'idp', method: 'POST', body: `grant_type=password&password=${password}` }], // prettier-ignore
])('%o finds %s', (invariant, kind, said) => {
  expect(kindOf(invariant, said)).toBe(kind)
})

test('what is left behind is told with its place and the check that provoked it, and without the secret', () => {
  const logs = [{ name: 'broker.log', bytes: Buffer.from(`begun\nclient ${base64(secret)}\nuser ${password}\n`) }]
  const [logged, ...more] = secretsLogged.atEnd?.({ logs }, world) ?? []
  expect(more).toEqual([])
  expect([logged?.check, logged?.violation.actual]).toEqual(['a.b.c', 'one, in base64, in broker.log'])
  const [kept] = passwordsSeen.atEnd?.({ logs }, world) ?? []
  expect([kept?.check, kept?.violation.actual]).toEqual(['a.b.c', 'one, as it is, in broker.log'])
  expect(secretsLogged.atEnd?.({}, world)).toEqual([])
  for (const { violation } of [logged, kept].flatMap((one) => one ?? []))
    expect([secret, password].some((one) => violation.message.includes(one))).toBe(false)
})
