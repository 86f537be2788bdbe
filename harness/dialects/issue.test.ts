import { expect, test } from 'vitest'
import type { WireResponse } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import { writeAnswer, writeFaultAnswer } from '../../protocols/ws-trust/answer.ts'
import { readTokenRequest } from '../../protocols/ws-trust/request.ts'
import { vocabulary } from '../../protocols/xml/element.ts'
import type { Exchange } from '../record/exchange.ts'
import { issueRequest, readIssue } from './issue.ts'
import { resolveDialect } from './resolve.ts'

const { paths } = resolveDialect('k2trust')
const at = { target: 'https://broker.test', idp: 'https://login.test', paths }
const token = vocabulary('x', 'urn:token')('Token')

const read = (response: WireResponse) => {
  const route = { n: 1, check: null, phase: 'run', plane: 'party', from: 'browser', to: 'target', at: 0 } as const
  const request = issueRequest({ realm: 'urn:rp', token }, at, { trustVersion: '1.3' })
  const hop: Exchange = { ...route, request, response }
  return readIssue([hop])
}

test.each(['1.3', '2005/02'] as const)('a request in %s is posted to the path of the dialect', (trustVersion) => {
  const request = issueRequest({ realm: 'urn:rp', token, messageId: 'urn:uuid:1' }, at, { trustVersion })
  expect(request).toMatchObject({ method: 'POST', origin: 'https://broker.test', rawPath: '/trust' })
  expect(readTokenRequest(textOf(request))).toMatchObject({
    request: {
      dialect: trustVersion,
      to: 'https://broker.test/trust',
      appliesTo: 'urn:rp',
      messageId: 'urn:uuid:1',
      credential: { is: 'token', token: { local: 'Token' } },
    },
  })
})

test('what brings a token is one, whatever its status', () => {
  const text = writeAnswer({ dialect: '1.3', collection: true }, token, {})
  expect(read(textResponse(500, text))).toEqual({ is: 'token', body: text })
})

test.each([200, 400, 500])('a fault with status %i is a refusal in its own words', (status) => {
  const text = writeFaultAnswer({ code: 'Sender', reason: 'not for you' })
  expect(read(textResponse(status, text))).toEqual({ is: 'refusal', text: 'not for you' })
})

test('an error without a fault is a refusal, and anything else cannot be read', () => {
  expect(read(textResponse(403, 'no'))).toEqual({ is: 'refusal', text: 'no' })
  expect(read(textResponse(200, 'hello'))).toMatchObject({ is: 'unreadable' })
  expect(readIssue([])).toMatchObject({ is: 'unreadable' })
})
