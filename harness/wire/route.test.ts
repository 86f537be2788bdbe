import { expect, test } from 'vitest'
import type { Wire, WireRequest } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import { route } from './route.ts'

const request = (origin: string): WireRequest => ({ method: 'GET', origin, rawPath: '/a/../b?x=%zz', headers: [] })

test('a request goes to whoever has its origin, as it is and with its signal', async () => {
  const seen: Parameters<Wire>[] = []
  const wire = route({
    'https://a.test': async (...given) => {
      seen.push(given)
      return textResponse(200, 'a')
    },
    'https://a.test:8443': async () => textResponse(200, 'b'),
  })
  const { signal } = new AbortController()
  expect(textOf(await wire(request('https://a.test'), signal))).toBe('a')
  expect(textOf(await wire(request('https://a.test:8443')))).toBe('b')
  expect(seen).toEqual([[request('https://a.test'), signal]])
})

test('an origin that nobody has is a broken connection', async () => {
  const wire = route({ 'https://a.test': async () => textResponse(200, 'a') })
  for (const origin of ['https://b.test', 'http://a.test', 'https://a.test:8443']) {
    await expect(wire(request(origin))).rejects.toThrow(origin)
  }
})

test('requests one after the other leave time for whatever else is due', async () => {
  const wire = route({ 'https://a.test': async () => textResponse(200, 'a') })
  const due: string[] = []
  const asking = (async () => {
    for (let asked = 0; asked < 100; asked += 1) await wire(request('https://a.test'))
    due.push('asked')
  })()
  setImmediate(() => due.push('due'))
  await asking
  expect(due).toEqual(['due', 'asked'])
})
