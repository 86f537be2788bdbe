import type { TriggeredRowId } from '../fixtures/error-table.ts'
import type { DialectChoice } from '../harness/dialects/resolve.ts'
import { ofRole } from '../harness/roles/index.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { readTarget } from '../harness/target/load.ts'
import type { Triggers } from '../harness/dialects/trigger.ts'
import type { BrokerDefinition, InProcess } from '../harness/target/target.ts'
import { registrationForm } from '../mocks/broker/registration.ts'
import type { Decisions } from '../mocks/decisions.ts'
import { brokerChecks as checks, invariants as all } from '../suites/index.ts'
import { referenceBroker } from '../targets/reference/target.ts'
import type { Trial } from './judged.ts'
import { emptyInside, judged } from './judged.ts'

const invariants = ofRole(all, 'broker')

/** A target on trial: the reference broker with these policies, or another way to open one, which holds nothing unless it shows what. */
export type Suspect = Decisions & {
  open?: InProcess['open']
  dialect?: DialectChoice
  capabilities?: BrokerDefinition['capabilities']
  profile?: BrokerDefinition['profile']
  /** Rows that it declares no trigger for. */
  handles?: readonly TriggeredRowId[]
  requestMs?: number
}

/** Judges a suspect in a universe of its own, by these checks one after the other and by every invariant at the end. */
export const verdictsOn = (suspect: Suspect, trial: Trial): Promise<Verdict[]> => {
  const definition = referenceBroker(suspect)
  const { open, dialect = definition.dialect ?? 'k2trust', handles = [], requestMs = 10_000 } = suspect
  const { profile, capabilities = definition.capabilities ?? [] } = suspect
  const triggers = capabilities.includes('error-trigger') && triggersWithout(definition, handles)
  const declared: BrokerDefinition = {
    ...definition,
    dialect,
    profile: { ...definition.profile, requestMs, ...profile },
    capabilities,
    control: { ...(triggers && { triggers }), registration: registrationForm },
    ...(open && {
      attach: { open: async (...given: Parameters<typeof open>) => ({ ...emptyInside, ...(await open(...given)) }) },
    }),
  }
  return judged(readTarget(declared, 'suspect'), { ...trial, chosen: trial.chosen ?? checks }, invariants)
}

const triggersWithout = ({ control }: BrokerDefinition, rows: readonly TriggeredRowId[]): Triggers =>
  Object.fromEntries(Object.entries(control?.triggers ?? {}).filter(([row]) => !rows.some((one) => one === row)))
