import { describe, expect, test } from 'vitest'
import { clauses } from '../../fixtures/clauses/index.ts'
import { honestParty } from '../relying-party/policies.ts'
import type { PartyFault } from './party-fault.ts'
import type { PartyFaultId } from './party.ts'
import { partyFaults } from './party.ts'

const ids = Object.keys(partyFaults) as PartyFaultId[]
const faultOf = (id: PartyFaultId): PartyFault => partyFaults[id]
const ofParty = clauses.filter(({ role }) => role === 'relying-party').map(({ id }) => id)

describe.each(ids)('%s', (id) => {
  const { policy, instead, does, breaks } = faultOf(id)

  test('is named by who does what, says so, and breaks a clause of a relying party', () => {
    expect(id).toMatch(/^party\.[a-z]+s(-[a-z0-9]+)+$/)
    expect(does).toMatch(/^[a-z].*[^.]$/)
    expect(ofParty).toContain(breaks)
  })

  test('replaces a policy by another one', () => {
    expect(Object.keys(honestParty)).toContain(policy)
    expect(instead).not.toBe(honestParty[policy])
  })
})

test('no two faults do the same', () => {
  expect(new Set(ids.map((id) => faultOf(id).does)).size).toBe(ids.length)
})

test('every clause of a relying party is broken by a fault', () => {
  const broken = new Set<string>(ids.map((id) => faultOf(id).breaks))
  expect(ofParty.filter((id) => !broken.has(id))).toEqual([])
})
