import type { Verdict } from '../judge/verdict.ts'
import type { Account } from './account.ts'
import { clauseIn, isAdvice } from './account.ts'
import { codeBlock, inlineCode } from './text.ts'

/** What was asked, what is owed, what came, and how it is brought back, in Markdown. A violation is told by its error. */
export const descriptionOf = (account: Account): string => {
  const { verdict, rule, replay } = account
  const clause = clauseIn(account)
  const weakened = rule?.weaker ? `weakened to ${rule.weaker}` : `by ${clause?.basis}`
  const cited = clause && [
    `> ${clause.sentence}`,
    '',
    `Clause \`${clause.id}\`: **${clause.level}**, ${weakened}. Source: ${clause.source}.`,
  ]
  const others = rule?.clauses.filter((id) => id !== clause?.id) ?? []
  const parts = [
    ...(cited ? [cited.join('\n')] : []),
    ...(others.length > 0 ? [`Also judges ${others.map((id) => `\`${id}\``).join(', ')}.`] : []),
    ...(rule?.sends === undefined ? [] : [`**Sends** ${rule.sends}`]),
    ...(rule ? [`**Owed** ${rule.owes}`] : []),
    ...(rule?.attacks?.length ? [`**Attacks** ${rule.attacks.join(', ')}`] : []),
    ...foundParts(verdict),
    ...(verdict.status === 'pass' || verdict.status === 'not-applicable'
      ? []
      : [`**Bring it back** ${inlineCode(replay)}`]),
    ...(verdict.notes.length > 0
      ? [`**Notes**\n\n${verdict.notes.slice(0, 50).map((note) => `* ${inlineCode(note)}`).join('\n')}`] // prettier-ignore
      : []),
  ]
  return `${parts.join('\n\n')}\n`
}

const foundParts = (verdict: Verdict): string[] => {
  if (verdict.status === 'pass') return [`**Cases** ${verdict.cases}`]
  if (verdict.status === 'not-applicable')
    return [`**Not applicable:** the target lacks ${verdict.missing.map(inlineCode).join(', ')}`]
  if (verdict.status === 'inconclusive') return [`**Inconclusive** (${verdict.why})\n\n${codeBlock(verdict.message)}`]
  if (verdict.status === 'error')
    return [`**Error in the harness**, not in the target\n\n${codeBlock(`${verdict.message}\n${verdict.stack}`)}`]
  const { expected, actual, counterexample } = verdict
  const smallest = counterexample && JSON.stringify(counterexample.value, null, 2)
  return [
    ...(isAdvice(verdict) ? [`**Advice:** expected ${inlineCode(expected)}, got ${inlineCode(actual)}`] : []),
    ...(counterexample ? [`**Smallest counterexample**\n\n${codeBlock(smallest ?? 'undefined')}`] : []),
  ]
}
