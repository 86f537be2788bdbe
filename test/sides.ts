import type { Check } from '../harness/judge/check.ts'
import type { Decisions } from '../mocks/broker/decisions.ts'
import type { Side } from '../mocks/faults/catalogue.ts'
import { recordOf, sideNames, sideOf } from '../mocks/faults/catalogue.ts'
import { brokerChecks as checks } from '../suites/index.ts'

/** The checks that meet the decisions of a side, as the faults say that they claim. */
export const checksOf = (side: Side): readonly Check[] =>
  checks.filter(({ kills }) => kills.some((fault) => sideOf(fault) === side))

/** The sides on which a broker decides its own way. */
export const sidesIn = (decisions: { [Name in keyof Decisions]?: unknown }): Side[] =>
  sideNames.filter((side) => decisions[recordOf(side)] !== undefined)
