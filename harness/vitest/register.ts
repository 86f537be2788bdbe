import { test as base, describe } from 'vitest'
import { relative } from 'node:path'
import type { CheckId } from '../../fixtures/world/shapes.ts'
import { makeKeyring, worldOf } from '../../fixtures/world/world.ts'
import type { Account } from '../allure/account.ts'
import { ruleOf } from '../allure/account.ts'
import type { Check, Invariant } from '../judge/check.ts'
import { inspect, remainsOf } from '../judge/inspect.ts'
import type { Judged } from '../judge/inspect.ts'
import { defaultBudget, judge } from '../judge/judge.ts'
import { replayCommand } from '../judge/replay-command.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Redact } from '../record/redact.ts'
import { moduleOf, ofRole } from '../roles/index.ts'
import type { JudgedRole } from '../roles/role.ts'
import { loadTarget } from '../target/load.ts'
import type { Target } from '../target/target.ts'
import { Trouble, troubleData } from '../trouble.ts'
import type { Universe } from '../universe.ts'
import { openUniverse } from '../universe.ts'
import { conclude } from './conclude.ts'
import type { Finding, Plan } from './plan.ts'

type Place = { universe: Universe<JudgedRole>; checkMs: number } | { trouble: Trouble }

/**
 * Registers the checks and invariants of the target's role with vitest: one test each, checks of their own slice side by side, those that need the
 * universe alone after them, invariants last. A worker opens one universe and closes it at its end.
 */
export const register = async (
  plan: Plan,
  catalogue: { checks: readonly Check<JudgedRole>[]; invariants: readonly Invariant[] },
): Promise<void> => {
  const target = await loadTarget(plan.target)
  const invariants = ofRole(catalogue.invariants, target.role)
  const chosen = ofRole(catalogue.checks, target.role).filter(({ id }) => plan.checks?.includes(id) ?? true)
  const shared = 'origins' in target.attach

  const test = base.extend('place', { scope: 'worker' }, async ({}, { onCleanup }): Promise<Place> => {
    try {
      const world = worldOf(plan.seed, chosen, await makeKeyring(), moduleOf(target.role).kinds(target))
      const { transport, launcher } = plan
      const universe = await openUniverse({ target, world, transport, invariants, ...(launcher && { launcher }) })
      onCleanup(() =>
        Promise.race([universe.close(), new Promise<void>((resolve) => void setTimeout(resolve, 10_000).unref())]),
      )
      return { universe, checkMs: target.profile.checkMs }
    } catch (cause) {
      if (cause instanceof Trouble) return { trouble: cause }
      throw cause
    }
  })
  const accountOf = accountsFor(plan, target, invariants)
  const options = { retry: 0, repeats: 0, timeout: target.profile.checkMs * 4 + 60_000 }

  const one = (check: Check<JudgedRole>) =>
    test(`${check.id}: ${check.title}`, options, async ({ place, task, skip }) => {
      if ('trouble' in place) return refuse(task, accountOf(check, undelivered(check.id, place.trouble)), place.trouble)
      const { universe, checkMs } = place
      const { seed, runs, replay } = plan
      const budget = { ...defaultBudget, checkMs }
      const judged = await judge(check, universe, { seed, runs, budget, ...(replay && { replay }) })
      const verdict = cleaned(judged, universe.transcript.redactor(check.id))
      if (check.needs.scope === 'exclusive') await universe.clock.reset()
      const evidence =
        verdict.status === 'pass' || verdict.status === 'not-applicable' ? [] : universe.transcript.of(check.id)
      task.meta.brokerspec = { verdict, evidence }
      await conclude(accountOf(check, { verdict, evidence }), skip)
    })

  const together = shared ? describe : describe.concurrent
  const sliced = chosen.filter(({ needs }) => needs.scope === 'slice')
  if (sliced.length > 0) {
    together('checks', () => {
      sliced.forEach(one)
    })
  }
  const alone = chosen.filter(({ needs }) => needs.scope === 'exclusive')
  if (alone.length > 0) {
    describe('checks that need the universe alone', () => {
      alone.forEach(one)
    })
  }
  if (chosen.length === 0) return
  const remains: { read?: ReturnType<typeof remainsOf> } = {}
  const left = (universe: Universe<JudgedRole>) => (remains.read ??= remainsOf(universe))
  describe('invariants', () => {
    for (const invariant of invariants) {
      test(`${invariant.id}: ${invariant.title}`, options, async ({ place, task, skip }) => {
        if ('trouble' in place)
          return refuse(task, accountOf(invariant, undelivered(invariant.id, place.trouble)), place.trouble)
        const { verdict: found, evidence } = inspect(invariant, place.universe, await left(place.universe))
        const finding = { verdict: cleaned(found, place.universe.transcript.redactor(invariant.id)), evidence }
        task.meta.brokerspec = finding
        await conclude(accountOf(invariant, finding), skip)
      })
    }
  })
}

/** A verdict without secrets in any of its texts. */
const cleaned = (verdict: Verdict, redact: Redact): Verdict =>
  JSON.parse(JSON.stringify(verdict), (_, value: unknown) =>
    typeof value === 'string' ? redact(value) : value,
  ) as Verdict

/** What is told of a check or an invariant of this plan. The target file is named as a command in this folder would. */
const accountsFor =
  (plan: Plan, target: Target, invariants: readonly Invariant[]) =>
  (rule: Check<JudgedRole> | Invariant, { verdict, evidence }: Judged): Account => {
    const { seed, strict, transport } = plan
    const run = { invocation: 'npx brokerspec', targetFile: relative(process.cwd(), plan.target), transport, seed }
    return {
      verdict,
      evidence,
      rule: ruleOf(rule),
      target: { role: target.role, ...target.subject, dialect: moduleOf(target.role).describe(target).dialect },
      run: { transport, seed, strict },
      replay: replayCommand({ run, invariants: invariants.map(({ id }) => id) }, verdict),
      waived: false,
    }
  }

/** What a check says of a target that cannot be reached. */
const undelivered = (check: CheckId, { place, message, mend }: Trouble): Judged => ({
  verdict: {
    check,
    notes: [],
    ms: 0,
    status: 'inconclusive',
    why: 'undelivered',
    message: `${place}: ${message}\n${mend}`,
  },
  evidence: [],
})

const refuse = async (task: { meta: { brokerspec?: Finding } }, account: Account, trouble: Trouble): Promise<void> => {
  task.meta.brokerspec = { trouble: troubleData(trouble) }
  await conclude(account, () => undefined)
}
