import { parseArgs } from 'node:util'
import { clauseOf, clauses } from '../fixtures/clauses/index.ts'
import { Trouble } from '../harness/trouble.ts'
import { gradeOf } from '../harness/judge/check.ts'
import { faults } from '../mocks/faults/catalogue.ts'
import { checks, invariants } from '../suites/index.ts'
import { nearest } from './selection.ts'

const everyFault: Readonly<Record<string, { does: string; breaks: string }>> = faults

/** `brokerspec explain <id>`: a clause, check, invariant or fault in full. */
export const explain = (args: string[]): number => {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
  const [id, ...more] = positionals
  if (id === undefined || more.length > 0)
    throw new Trouble('usage', {
      place: ['explain', ...positionals].join(' '),
      problem: id === undefined ? 'it needs an id' : 'one id is explained at a time',
      mend: 'see brokerspec list',
    })
  const text = [clauseText(id), checkText(id), faultText(id)].filter((part) => part !== '')
  if (text.length === 0) {
    const all = [...clauses, ...checks, ...invariants, ...Object.keys(faults).map((fault) => ({ id: fault }))]
    throw new Trouble('usage', {
      place: `explain ${id}`,
      problem: 'nothing has this id',
      mend: `see brokerspec list; nearest: ${nearest(id, all)}`,
    })
  }
  console.log(text.join('\n\n'))
  return 0
}

const rows = (title: string, list: readonly (readonly [string, string])[]) =>
  [title, ...list.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(10)} ${value}`)].join(
    '\n',
  )

const lines = (values: readonly string[]) => values.join('\n             ')

const clauseText = (id: string): string => {
  const clause = clauses.find((one) => one.id === id)
  if (clause === undefined) return ''
  const { sentence, level, basis, source, role, capabilities, notTested = '' } = clause
  const judgedBy = [...checks, ...invariants].filter((one) => one.clauses.includes(id)).map((one) => one.id)
  return rows(`clause ${id}`, [
    ['owed', sentence],
    ['level', `${level}, by ${basis}`],
    ['source', source],
    ['role', role],
    ['needs', capabilities.join(', ')],
    ['judged by', lines(judgedBy)],
    ['not tested', notTested],
  ])
}

const checkText = (id: string): string => {
  const check = checks.find((one) => one.id === id)
  const known = check ?? invariants.find((one) => one.id === id)
  if (known === undefined) return ''
  const kills = known.kills.map((fault) => `${fault}: ${everyFault[fault]?.does ?? ''}`)
  const clause = clauseOf(known.clauses[0])
  return rows(`${check ? 'check' : 'invariant'} ${id}`, [
    ['says', known.title],
    ['clause', lines(known.clauses.map((one) => `${one}: ${clauseOf(one).sentence}`))],
    ['source', clause.source],
    ['sends', check?.sends ?? ''],
    ['owed', known.owes],
    ['a failure', `${gradeOf(clause, check?.weaker)}${check?.weaker ? `, since it is ${check.weaker}` : ''}`],
    ['tries', check?.attacks?.join(', ') ?? ''],
    ['catches', lines(kills)],
  ])
}

const faultText = (id: string): string => {
  const fault = Object.hasOwn(everyFault, id) ? everyFault[id] : undefined
  if (fault === undefined) return ''
  const caughtBy = [...checks, ...invariants]
    .filter(({ kills }) => (kills as readonly string[]).includes(id))
    .map((one) => one.id)
  return rows(`fault ${id}`, [
    ['does', fault.does],
    ['breaks', fault.breaks],
    ['caught by', lines(caughtBy)],
  ])
}
