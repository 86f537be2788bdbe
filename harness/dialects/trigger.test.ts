import { expect, test } from 'vitest'
import { textOf } from '../../protocols/wire.ts'
import { triggerRequest } from './trigger.ts'

const at = { target: 'https://broker.test' }
const named = { realm: 'https://a.test/$&/?b=c', reply: 'https://a.test/_trust/', tenant: 't', client: 'c' }

test('a trigger is a GET, with the names of the world percent-encoded in its path', () => {
  const { method, rawPath, body } = triggerRequest({ path: '/{tenant}/x?wtrealm={realm}&y={other}' }, named, at)
  expect([method, body]).toEqual(['GET', undefined])
  expect(rawPath).toBe('/t/x?wtrealm=https%3A%2F%2Fa.test%2F%24%26%2F%3Fb%3Dc&y={other}')
})

test('with a form it is a POST, whose values are encoded once', () => {
  const request = triggerRequest({ path: '/x', form: { wtrealm: '{realm}', id: '{client}' } }, named, at)
  expect([request.method, textOf(request)]).toEqual(['POST', 'wtrealm=https%3A%2F%2Fa.test%2F%24%26%2F%3Fb%3Dc&id=c'])
})

test('its headers come along', () => {
  expect(triggerRequest({ path: '/x', headers: { 'x-fail': '1' } }, named, at).headers).toContainEqual(['x-fail', '1'])
})
