import type { Verdict } from '../harness/judge/verdict.ts'
import { readTarget } from '../harness/target/load.ts'
import type { PartyDefinition } from '../harness/target/relying-party.ts'
import type { PartyPolicies } from '../mocks/relying-party/policies.ts'
import { honestParty } from '../mocks/relying-party/policies.ts'
import { partyChecks } from '../suites/relying-party/index.ts'
import { referenceParty } from '../targets/reference/relying-party.ts'
import type { Trial } from './judged.ts'
import { judged } from './judged.ts'

/** A party on trial: the reference with these policies, or with another part of its target file. */
export type PartySuspect = { policies?: PartyPolicies; file?: Partial<PartyDefinition>; requestMs?: number }

/** Judges a party in a universe of its own, by these checks one after the other. */
export const partyVerdictsOn = (
  { policies = honestParty, file = {}, requestMs = 10_000 }: PartySuspect,
  trial: Trial<'relying-party'>,
): Promise<Verdict[]> => {
  const definition: PartyDefinition = { ...referenceParty(policies), profile: { requestMs }, ...file }
  return judged(readTarget(definition, 'suspect'), { ...trial, chosen: trial.chosen ?? partyChecks })
}
