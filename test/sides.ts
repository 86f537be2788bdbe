import type { Check } from '../harness/judge/check.ts'
import { oauthFaults } from '../mocks/faults/catalogue.ts'
import { checks } from '../suites/index.ts'

/** The reference broker decides its OAuth side and its sign-in side by two records of policies. */
export type Side = 'oauth' | 'sign-in'

/** The checks that meet the decisions of a side, as the faults say that they claim. */
export const checksOf = (side: Side): readonly Check[] =>
  checks.filter(({ kills }) => kills.some((fault) => fault in oauthFaults === (side === 'oauth')))
