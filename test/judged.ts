import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import { inspect, remainsOf } from '../harness/judge/inspect.ts'
import { judge } from '../harness/judge/judge.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { roleModules } from '../harness/roles/index.ts'
import type { JudgedRole, RoleModule } from '../harness/roles/role.ts'
import type { Target } from '../harness/target/target.ts'
import { openUniverse } from '../harness/universe.ts'

/** How a target is tried. Without `shrinks` a counterexample stays as it was found. */
export type Trial<R extends JudgedRole = 'broker'> = {
  keyring: Keyring
  seed: number
  transport?: Transport
  chosen?: readonly Check<R>[]
  runs?: number
  shrinks?: number
  checkMs?: number
}

/** Judges a target in a universe of its own, by these checks one after the other and by every invariant at the end. */
export const judged = async <R extends JudgedRole>(
  target: Target<R> & { role: R },
  trial: Trial<R> & { chosen: readonly Check<R>[] },
  invariants: readonly Invariant[] = [],
): Promise<Verdict[]> => {
  const { keyring, seed, transport = 'direct', chosen, runs = 100, shrinks = 0, checkMs = 60_000 } = trial
  const module: RoleModule<R> = roleModules[target.role]
  const world = worldOf(seed, chosen, keyring, module.kinds(target))
  const universe = await openUniverse<R>({ target, world, transport, invariants })
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

/** The inside of a target that shows none of its own: there is nothing in it. */
export const emptyInside = { storage: () => '', storageRaw: () => '', logs: () => '', restart: async () => undefined }

/** The verdicts that did not come to this. */
export const notAs = (verdicts: readonly Verdict[], status: Verdict['status']): Verdict[] =>
  verdicts.filter((verdict) => verdict.status !== status)
