import { expect, test } from 'vitest'
import { textOf } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'
import { Trouble } from '../trouble.ts'
import type { Registering } from './registration.ts'
import { registrationOf } from './registration.ts'

const target = 'https://broker.test'
const asked: Registering = {
  tenancy: 'tenancy-1',
  domain: 'k2&1',
  realm: 'https://party.test/',
  reply: 'https://party.test/_trust/',
  tokenVersion: '2.0',
}
const found = (way: Parameters<typeof registrationOf>[0]) => registrationOf(way, { target, capabilities: [] })

test('a registration is begun by a form, in which the words are put', async () => {
  const way = { path: '/register?r={realm}', form: { d: '{domain}', u: '{reply}' }, headers: { 'x-saml': '{tokenVersion}' } } // prettier-ignore
  const { begin, namesTenancy } = found(way)
  const { method, origin, rawPath, headers, body } = await begin(asked)
  expect([method, origin, rawPath]).toEqual(['POST', target, '/register?r=https%3A%2F%2Fparty.test%2F'])
  expect(textOf({ ...(body && { body }) })).toBe('d=k2%261&u=https%3A%2F%2Fparty.test%2F_trust%2F')
  expect(headers).toContainEqual(['x-saml', '2.0'])
  expect([namesTenancy, found({ path: '/{tenancy}' }).namesTenancy]).toEqual([false, true])
})

test('or by a function, which gives the URL to open', async () => {
  const { rawPath, method } = await found(({ domain }) => `${target}/new/${encodeURIComponent(domain)}`).begin(asked)
  expect([method, rawPath]).toEqual(['GET', '/new/k2%261'])
})

test.each<[string, Parameters<typeof registrationOf>[0]]>([
  ['no way', undefined],
  ['a function that fails', () => Promise.reject(new Error('down'))],
  ['a function that gives no URL', () => 'nowhere'],
])('%s accuses nobody', async (_, way) => {
  await expect(found(way).begin(asked)).rejects.toThrow(Inconclusive)
})

test('one that is declared without a way to begin it is told, with the mend', () => {
  expect(() => registrationOf(undefined, { target, capabilities: ['registration'] })).toThrow(Trouble)
})
