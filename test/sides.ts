import { clauseOf } from '../fixtures/clauses/index.ts'
import type { Check } from '../harness/judge/check.ts'
import { checks } from '../suites/index.ts'

/** The reference broker decides its OAuth side and its sign-in side by two records of policies. */
export type Side = 'oauth' | 'sign-in'

const needsOauth = ({ clauses, needs }: Check) =>
  [...clauses.flatMap((id) => clauseOf(id).capabilities), ...needs.capabilities].includes('oauth')

/** The checks that meet the decisions of a side. */
export const checksOf = (side: Side): readonly Check[] =>
  checks.filter((check) => needsOauth(check) === (side === 'oauth'))
