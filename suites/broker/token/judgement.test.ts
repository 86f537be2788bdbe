import { expect, test } from 'vitest'
import { resolveDialect } from '../../../harness/dialects/resolve.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import type { WireRequest, WireResponse } from '../../../protocols/wire.ts'
import { textResponse } from '../../../protocols/wire.ts'
import { grantsOf } from './grants.ts'
import { obtainsNothing, owedToken } from './judgement.ts'
import type { Redeemed } from './request.ts'
import { handedBy, reachedParty } from './request.ts'

const { redeem } = resolveDialect('k2trust')
const token = 'issued-0123456789abcdef'
const uri = 'https://app.test/callback?site=x'

const hop = (to: 'target' | 'idp', request: Partial<WireRequest>, response: WireResponse): Exchange => ({
  n: 1,
  check: null,
  phase: 'run',
  plane: 'party',
  from: to === 'idp' ? 'target' : 'browser',
  to,
  at: 0,
  request: { method: 'POST', origin: `https://${to}.test`, rawPath: '/token', headers: [], ...request },
  response,
})
const html = (text: string) => textResponse(200, text, [['content-type', 'text/html']])

const asking = { given: ['x'], clients: [{ id: 'own', secret: 'own-secret' }] }

/** What became of a token request that was answered so, where the target asked a token endpoint or not. */
const redeemed = (response: WireResponse, sent: readonly Exchange[] = []): Redeemed => {
  if (redeem === null || redeem === 'undriven') throw new TypeError()
  const journey = [hop('target', {}, response)]
  return { outcome: redeem.read(journey), journey, sent, ...asking }
}
const granted = hop(
  'idp',
  {
    headers: [['authorization', `Basic ${Buffer.from('client:se%25cret').toString('base64')}`]],
    body: new TextEncoder().encode('grant_type=authorization_code&code=x'),
  },
  textResponse(200, `{"access_token":"${token}"}`),
)
const kindOf = (judge: () => unknown) => {
  try {
    judge()
  } catch (cause) {
    if (cause instanceof Violation) return cause.kind
    if (cause instanceof Inconclusive) return cause.why
    throw cause
  }
  return undefined
}
const posted = (action: string) =>
  redeemed(html(`<form method="post" action="${action}"><input name="access_token" value="t"></form><script>document.forms[0].submit()</script>`)) // prettier-ignore

test('a refusal that nothing came of passes; a token, one on a page, and a grant are each accused', () => {
  const page = html('An error occurred while processing a token request')
  expect(kindOf(() => obtainsNothing(redeemed(page), 'x'))).toBeUndefined()
  expect(kindOf(() => obtainsNothing(redeemed(textResponse(200, '{"access_token":"t"}')), 'x'))).toBe('token')
  expect(kindOf(() => obtainsNothing(redeemed(html(`an error: ${token}`), [granted]), 'x'))).toBe('token')
  expect(kindOf(() => obtainsNothing(redeemed(page, [granted]), 'x'))).toBe('granted')
})

test('where a token is owed, a refusal is accused, and an answer that says nothing of the request is not', () => {
  const owed = (status: number, text: string) => kindOf(() => owedToken(redeemed(textResponse(status, text, [['content-type', 'text/html']])), 'x')) // prettier-ignore
  expect([owed(400, 'no'), owed(500, 'no'), owed(429, 'later'), owed(503, 'later')]).toEqual(['no-token', 'no-token', 'unreadable', 'unreadable']) // prettier-ignore
  expect(kindOf(() => owedToken(redeemed(textResponse(200, '{"access_token":"t"}')), 'x'))).toBeUndefined()
})

test('a grant is known by its place or its form, with the credentials of a Basic header', () => {
  expect(grantsOf({ sent: [granted], ...asking })).toMatchObject([{ path: '/token', id: 'client', secret: 'se%cret' }])
  const other = hop('idp', { method: 'GET', rawPath: '/keys' }, textResponse(200, '{}'))
  expect(grantsOf({ sent: [other], ...asking })).toEqual([])
})

test('a grant is the business of a request by what was given, or by the name or the secret of a client of the slice', () => {
  const seen = (form: string) => {
    const sent = [hop('idp', { body: new TextEncoder().encode(form) }, textResponse(200, '{}'))]
    return grantsOf({ sent, ...asking }).length
  }
  expect(['code=x&client_id=broker', 'refresh_token=x&client_id=other', 'client_id=own', 'client_id=own%40realm', 'client_secret=own-secret'].map(seen)).toEqual([1, 1, 1, 1, 1]) // prettier-ignore
  expect(['code=of-the-broker&client_id=broker&client_secret=its', 'grant_type=client_credentials&client_id=broker'].map(seen)).toEqual([0, 0]) // prettier-ignore
})

test('a token may be answered, or posted to the redirect URI; elsewhere it is elsewhere, and a URL is not read', () => {
  const where = (one: Redeemed) => kindOf(() => expect(reachedParty(one, handedBy(one) ?? { fields: {} }, uri)).toBe(true)) // prettier-ignore
  expect(where(redeemed(textResponse(200, '{"access_token":"t"}')))).toBeUndefined()
  expect(where(posted(uri))).toBeUndefined()
  const stranger = posted('https://evil.test/')
  expect(reachedParty(stranger, handedBy(stranger) ?? { fields: {} }, uri)).toBe(false)
  expect(where(redeemed(textResponse(302, '', [['location', `${uri}#access_token=t`]])))).toBe('unreadable')
})
