import { expect, test } from 'vitest'
import { expiring } from './expiring.ts'

const open = (lifetime = 1_000, limit?: number) => {
  const clock = { time: 0, now: () => clock.time }
  return { clock, values: expiring<string>(clock, lifetime, limit) }
}

test('a value can be looked at again and again, and taken once', () => {
  const { values } = open()
  values.put('key', 'value')
  expect([values.look('key'), values.look('key')]).toEqual(['value', 'value'])
  expect([values.take('key'), values.take('key'), values.look('key')]).toEqual(['value', undefined, undefined])
})

test('a value lives until its lifetime is over by the clock, and not a millisecond longer', () => {
  const { values, clock } = open(1_000)
  values.put('key', 'value')
  clock.time = 999
  expect(values.look('key')).toBe('value')
  clock.time = 1_000
  expect([values.look('key'), values.take('key')]).toEqual([undefined, undefined])
})

test('each value has a lifetime of its own', () => {
  const { values, clock } = open(1_000)
  values.put('old', '1')
  clock.time = 600
  values.put('young', '2')
  clock.time = 1_200
  expect([values.look('old'), values.look('young')]).toEqual([undefined, '2'])
})

test('the oldest value goes when there are too many', () => {
  const { values } = open(1_000, 2)
  for (const key of ['a', 'b', 'c']) values.put(key, key)
  expect(['a', 'b', 'c'].map((key) => values.look(key))).toEqual([undefined, 'b', 'c'])
})
