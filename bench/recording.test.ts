import { resolveDialect } from '../harness/dialects/resolve.ts'
import { expect, test } from 'vitest'
import type { Exchange } from '../harness/record/exchange.ts'
import type { Pairs, WireRequest } from '../protocols/wire.ts'
import { textOf, textResponse } from '../protocols/wire.ts'
import { stubOf } from './recording.ts'
import { makeStopwatch } from './stopwatch.ts'

const request = (rawPath: string, headers: Pairs = []): WireRequest => ({
  method: 'GET',
  origin: 'https://broker.test',
  rawPath,
  headers,
})
const exchange = (asked: WireRequest, text: string): Exchange => ({
  n: 1,
  check: null,
  phase: 'run',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 0,
  request: asked,
  response: textResponse(200, text),
})
const at = { target: '', idp: '', paths: resolveDialect('k2trust').paths }
const withCookie = request('/a', [['cookie', 'one=1']])

test('a stub gives the recorded answers of a request in order, and no more', async () => {
  const exchanges = [exchange(request('/a'), 'first'), exchange(request('/a'), 'second'), exchange(withCookie, 'known')]
  const stub = stubOf({ at, exchanges })
  expect(textOf(await stub(request('/a')))).toBe('first')
  expect(textOf(await stub({ ...withCookie, origin: 'https://127.0.0.1:1' }))).toBe('known')
  expect(textOf(await stub(request('/a')))).toBe('second')
  await expect(stub(request('/a'))).rejects.toThrow('not recorded')
  await expect(stub({ ...request('/a'), method: 'POST' })).rejects.toThrow('not recorded')
})

test('a stopwatch tells how often requests were inside at once', async () => {
  const watch = makeStopwatch()
  const held = Promise.withResolvers<void>()
  const wire = watch.over(async () => {
    await held.promise
    return textResponse(200, '')
  })
  const both = [wire(request('/a')), wire(request('/b'))]
  expect(watch.overlaps()).toBe(1)
  expect(watch.ms()).toBe(0)
  held.resolve()
  await Promise.all(both)
  await wire(request('/c'))
  expect(watch.overlaps()).toBe(1)
})
