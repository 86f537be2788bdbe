import type { Check } from '../harness/judge/check.ts'
import { judge } from '../harness/judge/judge.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { roleModules } from '../harness/roles/index.ts'
import { readTarget } from '../harness/target/load.ts'
import type { PartyDefinition } from '../harness/target/relying-party.ts'
import { openUniverse } from '../harness/universe.ts'
import { worldOf } from '../fixtures/world/world.ts'
import type { PartyPolicies } from '../mocks/relying-party/policies.ts'
import { honestParty } from '../mocks/relying-party/policies.ts'
import { partyChecks } from '../suites/relying-party/index.ts'
import { referenceParty } from '../targets/reference/relying-party.ts'
import type { Trial } from './proving-ground.ts'

/** A party on trial: the reference with these policies, or with another part of its target file. */
export type PartySuspect = { policies?: PartyPolicies; file?: Partial<PartyDefinition>; requestMs?: number }

/** How it is tried. */
export type PartyTrial = Omit<Trial, 'chosen'> & { chosen?: readonly Check<'relying-party'>[] }

/** Judges a party in a universe of its own, by these checks one after the other. */
export const partyVerdictsOn = async (
  { policies = honestParty, file = {}, requestMs = 10_000 }: PartySuspect,
  { keyring, seed, transport = 'direct', chosen = partyChecks, runs = 100, shrinks = 0, checkMs = 60_000 }: PartyTrial,
): Promise<Verdict[]> => {
  const definition: PartyDefinition = { ...referenceParty(policies), profile: { requestMs }, ...file }
  const target = readTarget(definition, 'suspect')
  const kinds = roleModules['relying-party'].kinds(target)
  const universe = await openUniverse<'relying-party'>({
    target,
    world: worldOf(seed, chosen, keyring, kinds),
    transport,
  })
  try {
    const verdicts: Verdict[] = []
    for (const check of chosen)
      verdicts.push(await judge(check, universe, { seed, runs, budget: { checkMs, shrinks } }))
    return verdicts
  } finally {
    await universe.close()
  }
}
