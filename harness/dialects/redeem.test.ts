import { expect, test } from 'vitest'
import { textOf, textResponse } from '../../protocols/wire.ts'
import type { Exchange } from '../record/exchange.ts'
import { resolveDialect } from './resolve.ts'

const at = { target: 'https://broker.test', idp: 'https://idp.test', paths: resolveDialect('k2trust').paths }
const input = { state: 's', clientId: 'c', redirectUri: 'https://a.test/?b=c', resource: [] }

const tokensOf = (...choice: Parameters<typeof resolveDialect>) => {
  const { redeem, renew } = resolveDialect(...choice)
  if (redeem === null || redeem === 'undriven' || renew === null || renew === 'undriven') throw new TypeError()
  return { redeem, renew }
}
const { redeem, renew } = tokensOf('k2trust')

const reading = (status: number, text: string, type = 'application/json') => {
  const request = redeem.request({ ...input, code: 'x' }, at)
  const response = textResponse(status, text, [['content-type', type]])
  const hop: Exchange = { n: 1, check: null, phase: 'run', plane: 'party', from: 'browser', to: 'target', at: 0, request, response } // prettier-ignore
  return redeem.read([hop])
}

test('a redemption has the documented form, whose secret is empty', () => {
  const request = redeem.request({ ...input, code: ['x', 'y'], more: [['More', '1']] }, at)
  expect([request.method, request.rawPath, textOf(request)]).toEqual([
    'POST',
    '/token/oauth/2',
    'AuthorizationCode=x&AuthorizationCode=y&State=s&TokenEndpointUrl=https%3A%2F%2Fbroker.test%2Ftoken%2Foauth%2F2&ClientId=c&ClientSecret=&RedirectUri=https%3A%2F%2Fa.test%2F%3Fb%3Dc&More=1',
  ])
})

test('realm and version stand in the path', () => {
  expect(redeem.request({ ...input, code: 'x', realm: 'r', version: '1' }, at).rawPath).toBe('/r/token/oauth/1')
})

test('a renewal has a refresh token in the place of the code, or the form that a target declares', () => {
  expect(textOf(renew.request({ ...input, refreshToken: 'r' }, at))).toMatch(/^RefreshToken=r&State=s&/)
  const form = { refresh: '{refreshToken}', client: '{clientId}' }
  const own = tokensOf({
    extends: 'k2trust',
    renew: { path: '/renew/{realm}', form, headers: { 'x-state': '{state}' } },
  })
  const { rawPath, headers, body } = own.renew.request({ ...input, refreshToken: 'r', realm: 't/' }, at)
  expect([rawPath, textOf({ ...(body && { body }) })]).toEqual(['/renew/t%2F', 'refresh=r&client=c'])
  expect(headers).toContainEqual(['x-state', 's'])
})

test('a redemption may have a form that a target declares, whatever it extends', () => {
  const form = { grant_type: 'authorization_code', code: '{code}', client_id: '{clientId}' }
  const { redeem: own } = resolveDialect({ extends: 'oauth2', redeem: { form } })
  if (own === null || own === 'undriven') throw new TypeError()
  const { rawPath, body } = own.request({ ...input, code: 'x&y' }, { ...at, paths: resolveDialect('oauth2').paths })
  const sent = textOf({ ...(body && { body }) })
  expect([rawPath, sent]).toEqual(['/token', 'grant_type=authorization_code&code=x%26y&client_id=c'])
})

test('a token is JSON with access_token, or a form that is posted on', () => {
  expect(reading(200, '{"access_token":"t"}')).toEqual({ is: 'token', body: { access_token: 't' } })
  const form = '<form method="post" action="https://a.test/"><input name="access_token" value="t"></form>'
  const posted = reading(200, `${form}<script>document.forms[0].submit()</script>`, 'text/html')
  expect(posted).toMatchObject({ is: 'form-post', action: 'https://a.test/', fields: [['access_token', 't']] })
})

test('a refusal is an error of RFC 6749, the wording of a row, or a status; trouble of a gateway is none', () => {
  expect(reading(200, '{"error":"invalid_grant"}').is).toBe('refusal')
  expect(reading(200, '{"access_token":null,"error":"invalid_grant"}').is).toBe('refusal')
  expect(reading(200, '{"access_token":""}').is).toBe('unreadable')
  expect(reading(200, 'An error occurred while processing a token request', 'text/html').is).toBe('refusal')
  expect(reading(403, 'no', 'text/html').is).toBe('refusal')
  expect(reading(503, '{"error":"temporarily_unavailable"}').is).toBe('unreadable')
  expect(reading(200, 'welcome', 'text/html').is).toBe('unreadable')
})
