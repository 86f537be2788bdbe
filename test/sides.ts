import type { Check } from '../harness/judge/check.ts'
import type { JudgedRole } from '../harness/roles/role.ts'
import type { Decisions } from '../mocks/decisions.ts'
import type { Side } from '../mocks/faults/catalogue.ts'
import { recordOf, sideNames, sideOf } from '../mocks/faults/catalogue.ts'
import { brokerChecks } from '../suites/index.ts'
import { partyChecks } from '../suites/relying-party/index.ts'
import { highTrustChecks } from '../suites/token-cache/high-trust/index.ts'
import { cacheChecks } from '../suites/token-cache/index.ts'

/** The sides that are a reference target of their own, or all of one that has to do with each other. */
const whole = {
  party: partyChecks,
  cache: cacheChecks.filter((check) => !highTrustChecks.includes(check)),
  'high-trust': highTrustChecks,
} as const
type Whole = keyof typeof whole

/** The sides of the broker. */
export type BrokerSide = Exclude<Side, Whole>

const isWhole = (side: Side): side is Whole => side in whole

/** The checks of the broker that meet the decisions of a side, as the faults say that they claim. */
export const checksOf = (side: BrokerSide): readonly Check[] =>
  brokerChecks.filter(({ kills }) => kills.some((fault) => sideOf(fault) === side))

/** The checks that a target with a fault on a side meets: those of the role, or of the side where it is the broker's. */
export const checksMeeting = (side: Side): readonly Check<JudgedRole>[] =>
  isWhole(side) ? whole[side] : checksOf(side)

/** The checks of the role that a side belongs to. */
export const checksOfRole = (side: Side): readonly Check<JudgedRole>[] => (isWhole(side) ? whole[side] : brokerChecks)

/** The sides on which a broker decides its own way. */
export const sidesIn = (decisions: { [Name in keyof Decisions]?: unknown }): BrokerSide[] =>
  sideNames.filter((side) => !isWhole(side)).filter((side) => decisions[recordOf(side)] !== undefined)
