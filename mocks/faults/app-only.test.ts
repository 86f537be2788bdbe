import { expect, test } from 'vitest'
import { clauses } from '../../fixtures/clauses/index.ts'
import { honestAppOnly } from '../broker/app-only-policies.ts'
import { appOnlyFaults } from './app-only.ts'
import { faulty, faults } from './catalogue.ts'

const before = { ...honestAppOnly }
const ids = Object.keys(appOnlyFaults) as (keyof typeof appOnlyFaults)[]

test.for(ids)('%s replaces one policy, says so, and breaks a clause of a broker', (one) => {
  const { policy, instead, does, breaks } = appOnlyFaults[one]
  expect(faulty(one)).toEqual({ appOnly: { ...before, [policy]: instead } })
  expect(one).toMatch(/^broker\.[a-z]+s(-[a-z0-9]+)+$/)
  expect(does).toMatch(/^[a-z].*[^.]$/)
  expect(clauses.filter(({ role }) => role === 'broker').map((clause) => clause.id)).toContain(breaks)
})

test('no two faults do the same', () => {
  const all = Object.entries<{ does: string }>(faults).map(([id, { does }]) => `${id.split('.', 1)[0]} ${does}`)
  expect(new Set(ids.map((one) => appOnlyFaults[one].does)).size).toBe(ids.length)
  expect(new Set(all).size).toBe(all.length)
})
