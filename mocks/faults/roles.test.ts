import { describe, expect, test } from 'vitest'
import { clauses } from '../../fixtures/clauses/index.ts'
import { honestRecords } from '../decisions.ts'
import type { FaultId } from './catalogue.ts'
import { faulty, faults, sideOf } from './catalogue.ts'

const all = Object.keys(faults) as FaultId[]

describe.each([
  { side: 'party', record: 'party', role: 'relying-party' },
  { side: 'cache', record: 'cache', role: 'token-cache' },
  { side: 'high-trust', record: 'highTrust', role: 'token-cache' },
] as const)('of a $role, $side', ({ side, record, role }) => {
  const ids = all.filter((id) => sideOf(id) === side)
  const ofRole = clauses
    .filter((clause) => clause.role === role && clause.notTested === undefined && clause.id.startsWith(`${side}.`))
    .map(({ id }) => id)

  test.each(ids)('%s is named by who does what, says so, and breaks a clause of its role', (id) => {
    expect(id).toMatch(new RegExp(`^${side}\\.(never-)?[a-z]+s(-[a-z0-9]+)*$`))
    expect(faults[id].does).toMatch(/^[a-z].*[^.]$/)
    expect(ofRole).toContain(faults[id].breaks)
  })

  test.each(ids)('%s replaces one policy by another one, and leaves every other as it is', (id) => {
    const { policy, instead } = faults[id]
    const honest: Record<string, unknown> = honestRecords[record]
    expect(Object.keys(honest)).toContain(policy)
    expect(instead).not.toBe(honest[policy])
    expect(faulty(id)).toEqual({ [record]: { ...honest, [policy]: instead } })
  })

  test('no two faults do the same', () => {
    expect(new Set(ids.map((id) => faults[id].does)).size).toBe(ids.length)
  })

  test('every clause that is judged is broken by a fault, and histories by those of all', () => {
    const broken = new Set<string>(ids.map((id) => faults[id].breaks))
    expect(ofRole.filter((id) => !broken.has(id) && id !== 'cache.any-history')).toEqual([])
  })
})
