import type { TriggeredRowId } from '../fixtures/error-table.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import type { DialectChoice } from '../harness/dialects/resolve.ts'
import type { Check } from '../harness/judge/check.ts'
import { ofRole } from '../harness/roles/index.ts'
import { inspect, remainsOf } from '../harness/judge/inspect.ts'
import { judge } from '../harness/judge/judge.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { readTarget } from '../harness/target/load.ts'
import { kindsOf } from '../harness/target/kinds.ts'
import type { Triggers } from '../harness/dialects/trigger.ts'
import type { BrokerDefinition, InProcess } from '../harness/target/target.ts'
import { openUniverse } from '../harness/universe.ts'
import { registrationForm } from '../mocks/broker/registration.ts'
import type { Decisions } from '../mocks/broker/decisions.ts'
import { brokerChecks as checks, invariants as all } from '../suites/index.ts'
import { referenceBroker } from '../targets/reference/target.ts'

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

/** How it is tried. Without `shrinks` a counterexample stays as it was found. */
export type Trial = {
  keyring: Keyring
  seed: number
  transport?: Transport
  chosen?: readonly Check[]
  runs?: number
  shrinks?: number
  checkMs?: number
}

/** Judges a suspect in a universe of its own, by these checks one after the other and by every invariant at the end. */
export const verdictsOn = async (suspect: Suspect, trial: Trial): Promise<Verdict[]> => {
  const { keyring, seed, transport = 'direct', chosen = checks, runs = 100, shrinks = 0, checkMs = 60_000 } = trial
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
  const target = readTarget(declared, 'suspect')
  const universe = await openUniverse({
    target,
    world: worldOf(seed, chosen, keyring, kindsOf(target)),
    transport,
    invariants,
  })
  try {
    const verdicts: Verdict[] = []
    for (const check of chosen)
      verdicts.push(await judge(check, universe, { seed, runs, budget: { checkMs, shrinks } }))
    const remains = await remainsOf(universe)
    return [...verdicts, ...invariants.map((invariant) => inspect(invariant, universe, remains).verdict)]
  } finally {
    await universe.close()
  }
}

/** The inside of a suspect that shows none of its own: there is nothing in it. */
const emptyInside = { storage: () => '', storageRaw: () => '', logs: () => '', restart: async () => undefined }

const triggersWithout = ({ control }: BrokerDefinition, rows: readonly TriggeredRowId[]): Triggers =>
  Object.fromEntries(Object.entries(control?.triggers ?? {}).filter(([row]) => !rows.some((one) => one === row)))
