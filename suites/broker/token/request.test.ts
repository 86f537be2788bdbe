import { expect, test } from 'vitest'
import { resolveDialect } from '../../../harness/dialects/resolve.ts'
import { carries } from './request.ts'

const documented = resolveDialect('k2trust')
/** The plain renewal of RFC 6749 section 6. */
const plain = resolveDialect({
  extends: 'k2trust',
  renew: {
    path: '/token/{realm}',
    form: { grant_type: 'refresh_token', refresh_token: '{refreshToken}', client_id: '{clientId}' },
  },
})

test('a request is seen to have a place for a field, or none', () => {
  const fields = ['clientId', 'redirectUri', 'resource', 'state', 'clientSecret', 'tokenEndpoint', 'realm', 'version'] as const // prettier-ignore
  expect(fields.filter((field) => !carries(documented, 'code', field))).toEqual([])
  expect(fields.filter((field) => !carries(documented, 'renewal', field))).toEqual([])
  expect(fields.filter((field) => carries(plain, 'renewal', field))).toEqual(['clientId', 'realm'])
  const { redeem } = documented
  if (redeem === null || redeem === 'undriven') throw new TypeError()
  const deaf: typeof redeem = { ...redeem, request: (input, at) => redeem.request({ ...input, realm: 'own' }, at) }
  expect(carries({ ...documented, redeem: deaf }, 'code', 'realm')).toBe(false)
  expect(carries({ ...documented, redeem: null }, 'code', 'clientId')).toBe(false)
})
