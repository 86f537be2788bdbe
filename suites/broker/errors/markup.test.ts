import { expect, test } from 'vitest'
import { single, slice } from '../../../fixtures/world/slice.ts'
import { resolveDialect } from '../../../harness/dialects/resolve.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { textResponse } from '../../../protocols/wire.ts'
import { room } from '../../../test/empty-room.ts'
import { staysInert } from './markup.ts'

const world = slice(1, 'markup.test', single)
const [client] = world.clients
const [user] = world.users
const registered = client?.redirectUris[0] ?? ''
const contextOf = (dialect: 'k2trust' | 'oauth2') =>
  ({ slice: world, at: room.at, dialect: resolveDialect(dialect) }) as Context
const mark = 'm12345678'
const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'

const hop = (body: string, headers: Pairs = [], status = 400): Exchange =>
  ({
    to: 'target',
    request: {
      method: 'POST',
      origin: room.at.target,
      rawPath: '/wsfed/reply',
      headers: [],
      body: new TextEncoder().encode(`id_token=${token}`),
    },
    response: textResponse(status, body, headers),
  }) as unknown as Exchange
const kindOf = (exchange: Exchange, dialect: 'k2trust' | 'oauth2' = 'k2trust') => {
  try {
    staysInert(contextOf(dialect), [exchange], mark)
    return undefined
  } catch (cause) {
    if (cause instanceof Violation) return cause.kind
    throw cause
  }
}

test.each([
  [`<${mark}>`, 'markup'],
  [`<p title="" ${mark}="1">`, 'markup'],
  [`<svg/onload=${mark}()>`, 'markup'],
  [`<a href=" java\nscript:${mark}()">x</a>`, 'markup'],
  [`<!-- --><${mark}> -->`, 'markup'],
  [`&lt;${mark}&gt;`, undefined],
  [`<!-- <${mark}> -->`, undefined],
  [`<input value="&quot; ${mark}=1">`, undefined],
  [`<a href="https://x.test/?${mark}">x</a>`, undefined],
  [`<a href="javascript:history.back()">${mark}</a>`, undefined],
  [`<textarea><${mark}></textarea>`, undefined],
])('what was sent is text, or it is markup: %s', (body, kind) => {
  expect(kindOf(hop(body))).toBe(kind)
})

test.each([
  ['<!-- at Trust.Find(String realm) in C:\\a.cs:line 4 -->', 'stack-trace'],
  ['Traceback (most recent call last):', 'stack-trace'],
  [`the secret ${client?.secret}`, 'secret'],
  [`the password ${user?.password}`, 'secret'],
  [`not a good token: ${token}`, 'token'],
  ['cannot reach https://10.1.2.3/token', 'address'],
  ['cannot reach 192.168.0.7:1433', 'address'],
  ['version 10.0.14393.0, build 192.168.0.7', undefined],
  [`see https://login.test/ and ${registered}`, undefined],
])('a page gives nothing away: %s', (body, kind) => {
  expect(kindOf(hop(body))).toBe(kind)
})

test.each([
  ['location', 'https://help.elsewhere.test/', 'k2trust', 'leads-off'],
  ['location', 'https://help.elsewhere.test/', 'oauth2', 'leads-off'],
  ['location', `${registered}?error=x`, 'k2trust', 'leads-off'],
  ['location', `${registered}?error=x`, 'oauth2', undefined],
  ['location', '/error', 'k2trust', undefined],
  ['location', 'https://login.test/authorize', 'k2trust', undefined],
  ['refresh', '3; url=https://help.elsewhere.test/', 'k2trust', 'leads-off'],
] as const)('a refusal by %s to %s under %s', (header, to, dialect, kind) => {
  expect(kindOf(hop('', [[header, to]], header === 'location' ? 302 : 400), dialect)).toBe(kind)
})
