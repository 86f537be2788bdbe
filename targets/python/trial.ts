import { join } from 'node:path'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import type { Check } from '../../harness/judge/check.ts'
import { judge } from '../../harness/judge/judge.ts'
import type { Verdict } from '../../harness/judge/verdict.ts'
import type { Launcher } from '../../harness/launch/launcher.ts'
import { loadTarget } from '../../harness/target/load.ts'
import type { Launched, Target } from '../../harness/target/target.ts'
import { openUniverse } from '../../harness/universe.ts'
import { inspect, remainsOf } from '../../harness/judge/inspect.ts'
import { invariants } from '../../suites/index.ts'

/** How a broker is tried. */
type Trial = { keyring: Keyring; launcher: Launcher; classes: string; seed: number }

/** A check, and how many cases of its properties are tried. */
export type Held = { check: Check; runs: number }

/** The broker in Python as a target, perhaps with one of its bugs; `classes` is where its Java program is compiled. */
export const withBug = async (bug?: string, classes?: string): Promise<Target & { attach: Launched }> => {
  const { attach, ...target } = await loadTarget(join(import.meta.dirname, 'target.json'))
  if (!('command' in attach)) throw new TypeError('the broker in Python is launched by a command')
  const options = Object.entries({ '--bug': bug, '--signer-classes': classes })
  const more = options.flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
  return { ...target, attach: { ...attach, command: [...attach.command, ...more] } }
}

/**
 * The sides of the broker, whose decisions are records of their own. A bug of one cannot show on another, but for app-only tokens: they
 * are asked for with what a token request hands out.
 */
export const sideOf = (id: string): 'oauth' | 'app-only' | 'sign-in' =>
  id.startsWith('app-only.')
    ? 'app-only'
    : /^authorize\.(?!any-node\.sign-in$)|^token\.|^errors\.(.+\.authorize|row-(oauth|authorization|token)-.+)$/.test(
          id,
        )
      ? 'oauth'
      : 'sign-in'

/**
 * Launches the broker with a bug and judges it by checks, one after the other, those that need the universe alone at the end, and
 * by every invariant. Counterexamples stay as they were found.
 */
export const verdictsWith = async (
  bug: string,
  held: readonly Held[],
  { keyring, launcher, classes, seed }: Trial,
): Promise<Verdict[]> => {
  const universe = await openUniverse({
    target: await withBug(bug, classes),
    world: worldOf(
      seed,
      held.map(({ check }) => check),
      keyring,
    ),
    transport: 'https',
    invariants,
    launcher: launcher.address,
  })
  try {
    const verdicts: Verdict[] = []
    const { slice = [], exclusive = [] } = Object.groupBy(held, ({ check }) => check.needs.scope)
    for (const { check, runs } of [...slice, ...exclusive]) {
      verdicts.push(await judge(check, universe, { seed, runs, budget: { checkMs: 60_000, shrinks: 0 } }))
    }
    const remains = await remainsOf(universe)
    return [...verdicts, ...invariants.map((invariant) => inspect(invariant, universe, remains).verdict)]
  } finally {
    await universe.close()
  }
}
