import { expect, test } from 'vitest'
import { operations } from '../../fixtures/clauses/clause.ts'
import { dialectNames, resolveDialect } from './resolve.ts'

const at = { target: 'https://sts.test', idp: 'https://idp.test' }

test('each dialect goes by its name, and one alone is documented', () => {
  expect(dialectNames.map((name) => resolveDialect(name).name)).toEqual(dialectNames)
  expect(dialectNames.filter((name) => resolveDialect(name).documented)).toEqual(['k2trust'])
})

test('oauth2 speaks no WS-Federation, and wsfed nothing else', () => {
  const spoken = (name: 'oauth2' | 'wsfed') => operations.filter((one) => resolveDialect(name)[one] !== null)
  const federation = ['signIn', 'signOut', 'issue', 'metadata']
  expect(spoken('wsfed').toSorted()).toEqual(federation.toSorted())
  expect(spoken('oauth2').filter((one) => federation.includes(one))).toEqual([])
})

test('a target overrides paths, wording and operations, and keeps the rest', () => {
  const wording = { 'unknown-realm': 'who?' }
  const dialect = resolveDialect({ extends: 'wsfed', paths: { signIn: '/adfs/ls/' }, wording, signOut: null })
  const { signIn, signOut, metadata, paths } = dialect
  expect(signOut).toBeNull()
  if (signIn === null || signIn === 'undriven' || metadata === null || metadata === 'undriven') throw new TypeError()
  expect(signIn.request({ realm: 'urn:rp' }, { ...at, paths }).rawPath).toBe('/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3Arp')
  expect(metadata.request({}, { ...at, paths }).rawPath).toBe('/FederationMetadata/2007-06/FederationMetadata.xml')
  const said = (text: string) => {
    const body = new TextEncoder().encode(text)
    const [request, response] = [signIn.request({}, { ...at, paths }), { status: 200, headers: [], body }]
    return signIn.read([{ n: 1, check: null, phase: 'run', plane: 'party', from: 'browser', to: 'target', at: 0, request, response }]).is // prettier-ignore
  }
  expect([said('who?'), said('an error')]).toEqual(['refusal', 'page'])
})
