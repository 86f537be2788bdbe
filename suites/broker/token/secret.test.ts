import { expect, test } from 'vitest'
import type { Exchange } from '../../../harness/record/exchange.ts'
import type { WireRequest } from '../../../protocols/wire.ts'
import { carrierOf } from './secret.ts'

const secret = 'guess-0123-word'
const upstream = (request: Partial<WireRequest>): Exchange => ({
  n: 1,
  check: null,
  phase: 'run',
  plane: 'idp',
  from: 'target',
  to: 'idp',
  at: 0,
  request: { method: 'POST', origin: 'https://idp.test', rawPath: '/token', headers: [], ...request },
})
const basic = (text: string) => Buffer.from(text).toString('base64')

test('a secret is seen in the URL, the form and the headers of a request, a Basic header included', () => {
  const seen = (request: Partial<WireRequest>) => carrierOf([upstream(request)], [secret]) !== undefined
  expect(seen({ rawPath: `/token?secret=${secret}` })).toBe(true)
  expect(seen({ body: new TextEncoder().encode(`client_secret=${secret}`) })).toBe(true)
  expect(seen({ headers: [['x-secret', secret]] })).toBe(true)
  expect(seen({ headers: [['authorization', `Basic ${basic(`client:${secret}`)}`]] })).toBe(true)
  expect(seen({ headers: [['authorization', `Basic ${basic('client:another-secret')}`]] })).toBe(false)
})
