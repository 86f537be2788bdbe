import { inject } from 'vitest'
import { fileURLToPath } from 'node:url'
import { register } from '../harness/vitest/register.ts'
import type { Plan } from '../harness/vitest/plan.ts'
import { checks, invariants } from './index.ts'

/** What a test file of one's own gives; everything but the target has the CLI's defaults. */
export type Options = Partial<Omit<Plan, 'target' | 'launcher'>> & { target: string | URL }

/**
 * Registers every check of the target's role with vitest, for a project that runs brokerspec beside its own tests. Awaited at the top of a test
 * file. A target that is launched needs `brokerspec/vitest-setup` in `globalSetup`.
 */
export const brokerspec = async ({ target, ...options }: Options): Promise<void> => {
  const launcher = inject('brokerspecLauncher') as Plan['launcher'] | undefined
  const plan: Plan = {
    seed: 1,
    runs: 100,
    transport: 'direct',
    strict: false,
    ...options,
    target: target instanceof URL ? fileURLToPath(target) : target,
    ...(launcher && { launcher }),
  }
  await register(plan, { checks, invariants })
}
