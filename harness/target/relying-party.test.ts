import { expect, test } from 'vitest'
import { refused } from '../../test/reading.ts'
import { readTarget } from './load.ts'
import type { PartyDefinition } from './relying-party.ts'

const pages = { page: '/private', reply: '/callback', whoami: '/whoami' }
const valid: PartyDefinition = {
  schema: 1,
  role: 'relying-party',
  subject: { name: 'an application', version: '1.0' },
  party: pages,
  attach: { command: ['{node}', 'party.js'] },
}
const read = (changed: object) => readTarget({ ...valid, ...changed } as PartyDefinition, '/somewhere/target.json')

test('what the file of a relying party leaves out is filled in', () => {
  expect(read({})).toMatchObject({
    role: 'relying-party',
    party: { ...pages, realm: '{origin}/' },
    capabilities: [],
    profile: { skew: 600, requestMs: 10_000, checkMs: 300_000, tokenVersions: ['1.1', '2.0'] },
    directory: '/somewhere',
  })
})

test('a module may read who is signed in by a function of its own', () => {
  const whoami = { path: '/me', read: () => ({ name: 'x', claims: {} }) }
  expect(read({ party: { ...pages, whoami } }).party.whoami).toBe(whoami)
})

test.each<[string, object]>([
  ['party.page', { party: { ...pages, page: 'private' } }],
  ['party.reply', { party: { page: '/private', whoami: '/whoami' } }],
  ['party', { party: { ...pages, logout: '/x' } }],
  ['dialect', { dialect: 'wsfed' }],
  ['capabilities.0', { capabilities: ['oauth'] }],
  ['profile', { profile: { tokenHours: 8 } }],
  ['control', { control: { rotateKey: { path: '/x' } } }],
  ['control', { control: { registration: { path: '/x' } } }],
  ['control.nodes.0', { capabilities: ['nodes'], control: { nodes: ['localhost'] } }],
  [
    'attach.mocks.broker',
    { attach: { origins: { party: 'https://localhost:1' }, provision: 'x', mocks: { idp: 'https://localhost:2' } } },
  ],
])('%s is refused by its name', (field, changed) => {
  expect(refused({ ...valid, ...changed }).message.split(':')[0]).toBe(field === 'dialect' ? 'the file' : field)
})

test.each<[string, object]>([
  ['/somewhere/target.json: party.second', { capabilities: ['second-party'] }],
  ['/somewhere/target.json: party.second', { party: { ...pages, second: pages } }],
  ['/somewhere/target.json: capabilities', { capabilities: ['refresh-metadata'] }],
  ['/somewhere/target.json: capabilities', { capabilities: ['clock'] }],
])('what does not belong together is told at %s', (place, changed) => {
  expect(refused({ ...valid, ...changed })).toMatchObject({ kind: 'usage', place })
})
