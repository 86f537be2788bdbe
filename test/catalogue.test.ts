import { expect, test } from 'vitest'
import { clauses, clauseOf } from '../fixtures/clauses/index.ts'
import { faults } from '../mocks/faults/catalogue.ts'
import { checks, invariants } from '../suites/index.ts'

const judges = [...checks, ...invariants]

test('ids are permanent names: dotted, lower case, each its own, under the clause they judge', () => {
  expect(new Set(judges.map(({ id }) => id)).size).toBe(judges.length)
  for (const { id, clauses: of } of judges) {
    expect(id).toMatch(/^[a-z-]+(\.[a-z0-9-]+){2}$/)
    expect([id, id.startsWith(`${of[0]}.`)]).toEqual([id, true])
  }
})

test('a clause says that nobody judges it exactly when no check does', () => {
  const silent = clauses.filter(({ notTested }) => notTested === undefined).map(({ id }) => id)
  expect(silent.toSorted()).toEqual([...new Set(checks.flatMap((check) => check.clauses))].toSorted())
})

test('titles are sentences, and say what is sent and owed', () => {
  for (const { id, title } of judges) expect([id, title]).toEqual([id, expect.stringMatching(/^[a-z].*[^.]$/)])
  for (const { id, sends, owes } of checks) expect([id, sends.length > 20, owes.length > 20]).toEqual([id, true, true])
})

test('every clause, fault and attack that is cited exists', () => {
  for (const { clauses: of } of judges) for (const id of of) expect(clauseOf(id).id).toBe(id)
  for (const { kills } of judges) expect(kills.filter((id) => !(id in faults))).toEqual([])
  for (const { does, breaks } of Object.values<{ does: string; breaks: string }>(faults))
    expect([does, clauseOf(breaks).id]).toEqual([does, breaks])
  for (const { attacks = [] } of checks) expect(attacks.filter((id) => !/^[A-Z]{3}-\d\d$/.test(id))).toEqual([])
})

test('a check only weakens its clause', () => {
  const weaker = checks.filter((check) => check.weaker !== undefined).flatMap(({ clauses: of }) => of)
  expect(weaker.map((id) => clauseOf(id).basis)).toEqual(weaker.map(() => 'source'))
})
