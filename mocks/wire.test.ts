import { HttpResponse, http } from 'msw'
import { expect, test } from 'vitest'
import type { Pairs, WireRequest } from '../protocols/wire.ts'
import { textOf } from '../protocols/wire.ts'
import { originalOf, wireOf } from './wire.ts'

const origin = 'https://mock.test'
const get = (rawPath: string, headers: Pairs = []): WireRequest => ({ method: 'GET', origin, rawPath, headers })

test('a handler that throws is our mistake and rejects', async () => {
  const wire = wireOf([
    http.get(`${origin}/x`, () => {
      throw new TypeError('our mistake')
    }),
  ])
  await expect(wire(get('/x'))).rejects.toThrow('our mistake')
})

test('a network error rejects as a broken connection does', async () => {
  const wire = wireOf([http.get(`${origin}/x`, () => HttpResponse.error())])
  await expect(wire(get('/x'))).rejects.toThrow('connection reset')
})

test('a request that no handler knows is answered with 404', async () => {
  const wire = wireOf([http.get(`${origin}/x`, () => HttpResponse.text('here'))])
  const elsewhere = { ...get('/x'), origin: 'https://other.test' }
  const asked = [get('/x'), get('/y'), { ...get('/x'), method: 'POST' }, elsewhere]
  const statuses = await Promise.all(asked.map(async (request) => (await wire(request)).status))
  expect(statuses).toEqual([200, 404, 404, 404])
})

test('a request that makes no URL is answered with 400', async () => {
  const wire = wireOf([http.all('*', () => HttpResponse.text('here'))])
  expect(await wire({ ...get('/'), origin: 'https://mock.test:port' })).toMatchObject({ status: 400 })
})

test('a handler can read the request as it was sent, before any URL parser saw it', async () => {
  const seen: WireRequest[] = []
  const wire = wireOf([http.get(`${origin}/b`, ({ request }) => void seen.push(originalOf(request)))])
  const request = get('/a/../b?x=%zz&x=2', [['Cookie', 'a=1']])
  await wire(request)
  expect(seen).toEqual([request])
})

test('a request that came over no wire has no original', () => {
  expect(() => originalOf(new Request('https://mock.test/'))).toThrow(TypeError)
})

test('method, body and headers arrive', async () => {
  const wire = wireOf([
    http.post(`${origin}/x`, async ({ request }) =>
      HttpResponse.text(`${request.headers.get('content-type')} ${await request.text()}`),
    ),
  ])
  const body = new TextEncoder().encode('a=straße')
  const response = await wire({ ...get('/x', [['Content-Type', 'text/x']]), method: 'POST', body })
  expect(textOf(response)).toBe('text/x a=straße')
})

test('repeated headers are all seen, and cookies stay separate', async () => {
  const wire = wireOf([
    http.get(`${origin}/x`, ({ request }) => {
      const headers = new Headers({ got: request.headers.get('x-twice') ?? '' })
      for (const cookie of ['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'b=2']) headers.append('set-cookie', cookie)
      return new HttpResponse(null, { headers })
    }),
  ])
  const twice: Pairs = [
    ['x-twice', '1'],
    ['x-twice', '2'],
  ]
  const { headers } = await wire(get('/x', twice))
  expect(headers).toEqual([
    ['got', '1, 2'],
    ['set-cookie', 'a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT'],
    ['set-cookie', 'b=2'],
  ])
})
