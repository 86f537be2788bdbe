import { test as base, describe } from 'vitest'
import { clauseOf } from '../../fixtures/clauses/index.ts'
import { makeKeyring, worldOf } from '../../fixtures/world/world.ts'
import type { Check, Invariant } from '../judge/check.ts'
import { gradeOf } from '../judge/check.ts'
import { defaultBudget, judge } from '../judge/judge.ts'
import type { Verdict } from '../judge/verdict.ts'
import { missingOf } from '../judge/verdict.ts'
import type { Evidence } from '../record/exchange.ts'
import type { Redact } from '../record/redact.ts'
import { loadTarget } from '../target/load.ts'
import { Trouble, troubleData } from '../trouble.ts'
import type { Universe } from '../universe.ts'
import { openUniverse } from '../universe.ts'
import type { Finding, Plan } from './plan.ts'

type Place = { universe: Universe; checkMs: number } | { trouble: Trouble }

/**
 * Registers checks and invariants with vitest: one test each, checks of their own slice side by side, those that need the
 * universe alone after them, invariants last. A worker opens one universe and closes it at its end.
 */
export const register = async (
  plan: Plan,
  checks: readonly Check[],
  invariants: readonly Invariant[],
): Promise<void> => {
  const chosen = checks.filter(({ id }) => plan.checks?.includes(id) ?? true)
  const target = await loadTarget(plan.target)
  const shared = 'origins' in target.attach

  const test = base.extend('place', { scope: 'worker' }, async ({}, { onCleanup }): Promise<Place> => {
    try {
      const world = worldOf(plan.seed, chosen, await makeKeyring())
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
  const options = { retry: 0, repeats: 0, timeout: target.profile.checkMs * 4 + 60_000 }

  const one = (check: Check) =>
    test(`${check.id}: ${check.title}`, options, async ({ place, task, skip }) => {
      if ('trouble' in place) refuse(task, place.trouble)
      const { universe, checkMs } = place
      const { seed, runs, replay } = plan
      const budget = { ...defaultBudget, checkMs }
      const judged = await judge(check, universe, { seed, runs, budget, ...(replay && { replay }) })
      const verdict = cleaned(judged, universe.transcript.redactor(check.id))
      if (check.needs.scope === 'exclusive') await universe.clock.reset()
      const evidence =
        verdict.status === 'pass' || verdict.status === 'not-applicable' ? [] : universe.transcript.of(check.id)
      conclude(task, { verdict, evidence }, plan.strict, skip)
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
  describe('invariants', () => {
    for (const invariant of invariants) {
      test(`${invariant.id}: ${invariant.title}`, options, ({ place, task, skip }) => {
        if ('trouble' in place) refuse(task, place.trouble)
        const { verdict: found, evidence } = inspect(invariant, place.universe)
        const verdict = cleaned(found, place.universe.transcript.redactor(invariant.id))
        conclude(task, { verdict, evidence }, plan.strict, skip)
      })
    }
  })
}

/** A verdict without secrets in any of its texts. */
const cleaned = (verdict: Verdict, redact: Redact): Verdict =>
  JSON.parse(JSON.stringify(verdict), (_, value: unknown) =>
    typeof value === 'string' ? redact(value) : value,
  ) as Verdict

type Task = { meta: { brokerspec?: Finding } }

function refuse(task: Task, trouble: Trouble): never {
  task.meta.brokerspec = { trouble: troubleData(trouble) }
  throw new Error(`${trouble.place}: ${trouble.message}\n${trouble.mend}`)
}

/** What an invariant says of everything that was recorded. */
export const inspect = (
  invariant: Invariant,
  { transcript, capabilities }: Universe,
): { verdict: Verdict; evidence: Evidence[] } => {
  const verdict = { check: invariant.id, notes: [], ms: 0 }
  const missing = missingOf(
    invariant.clauses.flatMap((id) => clauseOf(id).capabilities),
    capabilities,
  )
  if (missing.length > 0) return { verdict: { ...verdict, status: 'not-applicable', missing }, evidence: [] }

  const breaches = transcript.breaches().filter((breach) => breach.invariant.id === invariant.id)
  const [first] = breaches
  if (first === undefined) {
    const cases = transcript.inspected()
    if (cases > 0) return { verdict: { ...verdict, status: 'pass', cases }, evidence: [] }
    return {
      verdict: { ...verdict, status: 'inconclusive', why: 'undelivered', message: 'no message was exchanged' },
      evidence: [],
    }
  }
  const { violation } = first
  const clause = violation.clause ?? invariant.clauses[0]
  const provoking = [...new Set(breaches.map(({ check }) => check ?? 'no check'))]
  return {
    verdict: {
      ...verdict,
      notes: [`provoked by ${provoking.join(', ')}`],
      status: 'fail',
      grade: gradeOf(clauseOf(clause)),
      clause,
      signature: `${clause}/${violation.kind}`,
      expected: violation.expected,
      actual: violation.actual,
    },
    evidence: transcript.written(first.exchange ? [first.exchange] : []),
  }
}

const conclude = (
  task: Task,
  finding: Extract<Finding, { verdict: Verdict }>,
  strict: boolean,
  skip: (note?: string) => void,
) => {
  task.meta.brokerspec = finding
  const { verdict } = finding
  if (verdict.status === 'not-applicable') skip(`not applicable: the target lacks ${verdict.missing.join(', ')}`)
  if (verdict.status === 'fail' && (verdict.grade === 'blocking' || strict)) {
    throw new Error(`expected ${verdict.expected}, got ${verdict.actual}`)
  }
  if (verdict.status === 'inconclusive') throw new Error(`inconclusive (${verdict.why}): ${verdict.message}`)
  if (verdict.status === 'error') throw new Error(`error in the harness: ${verdict.message}\n${verdict.stack}`)
}
