import { describe, expect, test } from 'vitest'
import { clauses } from '../../fixtures/clauses/index.ts'
import type { BrokerParty } from '../broker/sign-in-terms.ts'
import type { Happening, StorePolicies } from '../broker/store-policies.ts'
import { honestStore } from '../broker/store-policies.ts'
import { faulty } from './catalogue.ts'
import { storeFaults } from './store.ts'
import { client } from './under-test.ts'

type FaultId = keyof typeof storeFaults
const ids = Object.keys(storeFaults) as FaultId[]

const party: BrokerParty = { tenant: 'tenant', realm: 'https://p.test/', reply: 'https://p.test/', tokenVersion: '2.0' }
const claims = ['http://schemas.test/name', 'http://schemas.test/objectidentifier'].map((type) => ({
  type,
  values: ['ann@p.test'],
}))
const proved = { id: '', issuer: '', claims }
const happeningsWith = (given: string): Happening[] => [
  { is: 'asked', client, state: given },
  { is: 'answered', client, code: 'code', state: given },
  { is: 'redeemed', client, code: 'code', token: 'token' },
  { is: 'not-redeemed', client, code: 'code' },
  { is: 'proved', party, token: 'token', context: given },
  { is: 'signed-in', party, proved, result: 'result', context: given },
]
const happenings = [...happeningsWith('short'), ...happeningsWith('l'.repeat(300))]
const fields = ['clients.secret', 'clients.redirectUris', 'parties.realm', 'parties.reply', 'tenants.id']
const values = fields.map((field): [string, string] => ['v'.repeat(120), field])
const answersOf = (store: StorePolicies) => ({
  keeps: happenings.map(store.keeps),
  logs: happenings.map(store.logs),
  writes: values.map((value) => store.writes(...value)),
  encodes: values.map((value) => store.encodes(...value)),
})
const before = answersOf(honestStore)

describe.each(ids)('%s', (one) => {
  const { policy, does, breaks } = storeFaults[one]

  test('decides one thing differently from an honest broker, and nothing else', () => {
    const after = answersOf({ ...honestStore, ...faulty(one).store })
    expect(after[policy]).not.toEqual(before[policy])
    expect({ ...after, [policy]: before[policy] }).toEqual(before)
  })

  test('is named by who does what, says so, and breaks a clause of a broker', () => {
    expect(one).toMatch(/^broker\.[a-z]+s(-[a-z0-9]+)+$/)
    expect(does).toMatch(/^[a-z].*[^.]$/)
    expect(clauses.filter(({ role }) => role === 'broker').map((clause) => clause.id)).toContain(breaks)
  })
})

test('every policy has two faults, and each says something of its own', () => {
  const policies = ids.map((one) => storeFaults[one].policy)
  const few = Object.keys(honestStore).filter((policy) => policies.filter((one) => one === policy).length < 2)
  expect(few).toEqual([])
  expect(new Set(ids.map((one) => storeFaults[one].does)).size).toBe(ids.length)
})
