import { parseArgs } from 'node:util'
import { operations } from '../fixtures/clauses/clause.ts'
import { clauseOf, clauses, notRules } from '../fixtures/clauses/index.ts'
import { dialectNames, resolveDialect } from '../harness/dialects/resolve.ts'
import { judgedRoles, ofRole } from '../harness/roles/index.ts'
import { faults } from '../mocks/faults/catalogue.ts'
import { checks, invariants } from '../suites/index.ts'

/** `brokerspec list`: what can be judged, and what is not. */
export const list = (args: string[]): number => {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } })
  console.log(values.json ? JSON.stringify(asJson(), null, 2) : asText())
  return 0
}

const judging = (clause: string) =>
  [...checks, ...invariants].filter((one) => one.clauses.includes(clause)).map(({ id }) => id)

const dialects = dialectNames.map(resolveDialect).map((dialect) => ({
  name: dialect.name,
  documented: dialect.documented,
  speaks: operations.filter((operation) => dialect[operation] !== null),
}))

const asJson = () => ({
  dialects,
  clauses: clauses.map((clause) => ({ ...clause, judgedBy: judging(clause.id) })),
  checks: checks.map(({ id, title, sends, owes, clauses: of, weaker, attacks, needs, kills }) => ({
    id,
    role: clauseOf(of[0]).role,
    title,
    sends,
    owes,
    clauses: of,
    ...(weaker && { weaker }),
    attacks: attacks ?? [],
    needs,
    kills,
  })),
  invariants: invariants.map(({ id, title, owes, clauses: of, kills }) => ({ id, title, owes, clauses: of, kills })),
  faults: Object.entries(faults).map(([id, { does, breaks }]) => ({ id, does, breaks })),
  notRules,
})

const asText = () =>
  [
    ...judgedRoles.flatMap((role) => {
      const own = ofRole(checks, role)
      return [`Checks of a ${role} (${own.length})`, ...own.map(({ id, title }) => `  ${id}\n      ${title}`), '']
    }),
    `Invariants (${invariants.length})`,
    ...invariants.map(({ id, title }) => `  ${id}\n      ${title}`),
    `\nFaults of the reference targets that they catch (${Object.keys(faults).length})`,
    ...Object.entries(faults).map(([id, { does }]) => `  ${id}\n      ${does}`),
    `\nDialects (${dialects.length})`,
    ...dialects.map(({ name, documented, speaks }) => {
      const owed = documented ? 'order and wording are owed' : 'only what leaks counts'
      return `  ${name}: ${owed}\n      speaks ${speaks.join(', ')}`
    }),
    `\nClauses (${clauses.length}): ✔ judged, · not yet`,
    ...clauses.map(
      ({ id, level, notTested }) =>
        `  ${notTested === undefined ? '✔' : '·'} ${level.padEnd(6)} ${id}${notTested === undefined ? '' : `: ${notTested}`}`,
    ),
    `\nNamed in the sources, but no rules that can be seen from outside`,
    ...notRules.map(({ subject, because }) => `  ${subject}: ${because}`),
  ].join('\n')
