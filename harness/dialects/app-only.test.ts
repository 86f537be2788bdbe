import { expect, test } from 'vitest'
import { textOf } from '../../protocols/wire.ts'
import { resolveDialect } from './resolve.ts'

const at = { target: 'https://broker.test', idp: 'https://login.test', paths: resolveDialect('k2trust').paths }
const asked = {
  token: 'a.b.c',
  clientId: 'client',
  realm: 'realm',
  resource: 'https://s.test',
  redirectUri: 'https://r.test',
}
const form = { extends: 'k2trust', appOnly: { path: '/{realm}/apponly', form: { Client: '{clientId}', Kind: 'AppOnly' }, headers: { authorization: 'Bearer {token}' } } } as const // prettier-ignore

test('no dialect says how an app-only token is asked for', () => {
  expect((['k2trust', 'oauth2', 'wsfed'] as const).map((name) => resolveDialect(name).appOnly)).toEqual([
    null,
    null,
    null,
  ])
})

test('a declared form is posted, with the words put in', () => {
  const request = resolveDialect(form).appOnly?.request(asked, at)
  expect(request).toMatchObject({ method: 'POST', origin: at.target, rawPath: '/realm/apponly' })
  expect(textOf(request ?? {})).toBe('Client=client&Kind=AppOnly')
  expect(request?.headers).toContainEqual(['authorization', 'Bearer a.b.c'])
})

test('without a token there is no header for it, and an empty one is sent as it is', () => {
  const headerFor = (token: string | readonly string[]) =>
    resolveDialect(form)
      .appOnly?.request({ ...asked, token }, at)
      .headers.find(([name]) => name === 'authorization')
  expect([headerFor([]), headerFor('')]).toEqual([undefined, ['authorization', 'Bearer ']])
})

test('a form of another operation leaves this one alone', () => {
  expect(resolveDialect({ ...form, renew: { form: { Token: '{refreshToken}' } } }).appOnly).not.toBeNull()
})
