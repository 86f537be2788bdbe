import type { Check } from '../harness/judge/check.ts'
import type { Decisions } from '../mocks/broker/decisions.ts'
import type { Side } from '../mocks/faults/catalogue.ts'
import { recordOf, sideNames, sideOf } from '../mocks/faults/catalogue.ts'
import { brokerChecks as checks } from '../suites/index.ts'

/** The sides of the broker. */
export type BrokerSide = Exclude<Side, 'party'>

/** The checks of the broker that meet the decisions of a side, as the faults say that they claim. */
export const checksOf = (side: BrokerSide): readonly Check[] =>
  checks.filter(({ kills }) => kills.some((fault) => sideOf(fault) === side))

/** The sides on which a broker decides its own way. */
export const sidesIn = (decisions: { [Name in keyof Decisions]?: unknown }): BrokerSide[] =>
  sideNames.filter((side) => side !== 'party' && decisions[recordOf(side)] !== undefined) as BrokerSide[]
