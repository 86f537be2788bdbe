import type { Check } from '../harness/judge/check.ts'
import { checks } from '../suites/index.ts'

/** The reference broker decides its OAuth side and its sign-in side by two records of policies. */
export type Side = 'oauth' | 'sign-in'

const belongs: Record<Side, (check: string) => boolean> = {
  oauth: (check) => /^(authorize|token|errors)\./.test(check),
  'sign-in': (check) => !/^(authorize|token)\./.test(check),
}

/** The checks that meet a decision of a side; error pages are of both. */
export const checksOf = (side: Side): readonly Check[] => checks.filter(({ id }) => belongs[side](id))
