import { clauseOf } from '../../fixtures/clauses/index.ts'
import type { Capability } from '../../fixtures/clauses/clause.ts'
import type { CheckId, Slice } from '../../fixtures/world/shapes.ts'
import { derive } from '../../fixtures/seed.ts'
import type { Browser } from '../agent/browser.ts'
import type { UniverseClock } from '../clock/universe-clock.ts'
import type { Inside } from '../control/inside.ts'
import type { Exchange } from '../record/exchange.ts'
import { roleModules, roleOf } from '../roles/index.ts'
import type { JudgedRole, RoleModule, Roles } from '../roles/role.ts'
import { Inconclusive, Violation } from './blame.ts'
import type { Check, Context, Shared } from './check.ts'
import { gradeOf } from './check.ts'
import { trial } from './for-every.ts'
import type { LateWatch } from './late-watch.ts'
import { lateWatch } from './late-watch.ts'
import type { Counterexample, Verdict } from './verdict.ts'
import { missingOf } from './verdict.ts'

/** What of a universe a check is judged in, whatever the role of the target. */
export type SharedRoom = Inside & {
  capabilities: ReadonlySet<Capability>
  clock: UniverseClock
  /** `undefined` when the target's own provision cannot satisfy the shape. */
  slice(check: CheckId): Slice | undefined
  browser(check: CheckId, phase: Exchange['phase'], signal: AbortSignal): Browser
  /** A browser that speaks HTTP without TLS to the ports of the target; absent where they are not its own. */
  plainBrowser?: SharedRoom['browser']
  /** How many nodes stand behind the target's name; 0 when they cannot be told apart. */
  nodes: number
  /** What the target itself sent to a mock in this case: for this check, or for nobody that can be told. */
  fromTarget(check: CheckId): readonly Exchange[]
  /** Shows each request of the target to a mock to this, as soon as it comes; gives what ends that. */
  listen(hears: (exchange: Exchange) => void): () => void
  /** A new case begins: the exchanges of earlier ones are forgotten, but for the control's and the pinned case's. */
  beginCase(check: CheckId): void
  /** The exchanges of this case are the evidence, whatever comes after. */
  pinCase(check: CheckId): void
}

/** What of a universe around a target of a role a check is judged in. */
export type Room<R extends JudgedRole = 'broker'> = SharedRoom & Roles[R]['room'] & { role: R }

/** Limits of one check: its own time in ms, and how many attempts to make a counterexample smaller. */
export type Budget = { checkMs: number; shrinks: number }
export const defaultBudget: Budget = { checkMs: 300_000, shrinks: 300 }

/** How to judge. `replay` runs one case alone: the label of a property (or `example`) and the path within it. */
export type Judging = { seed: number; runs: number; budget?: Budget; replay?: { label: string; path: string } }

type Answer = Verdict extends infer V ? (V extends Verdict ? Omit<V, 'check' | 'notes' | 'ms'> : never) : never

/**
 * Puts one check to a target: control, run, and the control again, since a target that died on the way has not passed.
 * Never throws; control, run and last control
 * may each take as long as the budget says.
 */
export const judge = async <R extends JudgedRole>(
  check: Check<R>,
  room: Room<R>,
  judging: Judging,
): Promise<Verdict> => {
  const began = performance.now()
  const notes: string[] = []
  const late = lateWatch()
  const stop = room.listen(late.hears)
  const answer = await judged(check, room, judging, notes, late).catch(ourMistake).finally(stop)
  return { check: check.id, notes, ms: Math.round(performance.now() - began), ...answer }
}

/** The verdict, with what was heard late: that is proof, whatever else went wrong. */
const judged = async <R extends JudgedRole>(
  check: Check<R>,
  room: Room<R>,
  judging: Judging,
  notes: string[],
  late: LateWatch,
): Promise<Answer> => {
  const answer = await judgedInTime(check, room, judging, notes, late.afterwards)
  const heard = answer.status === 'pass' || answer.status === 'inconclusive' ? late.heard() : undefined
  return heard ? failed(check, heard) : answer
}

const judgedInTime = async <R extends JudgedRole>(
  check: Check<R>,
  room: Room<R>,
  judging: Judging,
  notes: string[],
  afterwards: Shared['afterwards'],
): Promise<Answer> => {
  const role: RoleModule<R> = roleModules[room.role]
  if (roleOf(check) !== room.role) return ourMistake(new TypeError(`a ${room.role} is no target of ${check.id}`))
  const needed = [...check.clauses.flatMap((id) => clauseOf(id).capabilities), ...check.needs.capabilities]
  const missing = missingOf(needed, room.capabilities)
  if (missing.length > 0) return { status: 'not-applicable', missing }
  const lack = role.lack(check, room)
  if (lack !== undefined) return { status: 'not-applicable', missing: [lack] }
  const slice = room.slice(check.id)
  if (slice === undefined) return { status: 'not-applicable', missing: [`shape:${JSON.stringify(check.needs.shape)}`] }

  const { checkMs, shrinks } = judging.budget ?? defaultBudget
  const seedOf = (label: string) => derive(judging.seed, check.id, label)
  const found: { counterexample?: Counterexample } = {}
  const seen: { violation?: Violation } = {}
  let cases = 0

  const plainly = room.plainBrowser
  const contextIn = (phase: Exchange['phase'], signal: AbortSignal): Context<R> => {
    const shared: Shared = {
      slice,
      runs: judging.runs,
      clock: room.clock,
      storage: room.storage,
      storageRaw: room.storageRaw,
      logs: room.logs,
      restart: room.restart,
      fromTarget: () => room.fromTarget(check.id),
      afterwards,
      signal,
      nodes: room.nodes,
      browser: () => room.browser(check.id, phase, signal),
      plainBrowser: plainly && (() => plainly(check.id, phase, signal)),
      note: (text) => void (notes.includes(text) || notes.push(text)),

      async each(examples, holds) {
        for (const [index, example] of examples.entries()) {
          if (judging.replay && !isReplay(judging.replay, 'example', String(index))) continue
          cases += 1
          room.beginCase(check.id)
          await holds(example).catch((cause: unknown) => {
            found.counterexample = { value: example, seed: judging.seed, path: `example/${index}` }
            throw cause
          })
        }
      },

      async forEvery(label, arbitrary, runs, holds) {
        const { replay } = judging
        if (replay ? replay.label !== label : runs === 0) return
        const counted = (value: Parameters<typeof holds>[0]) => {
          cases += 1
          room.beginCase(check.id)
          return holds(value)
        }
        const path = replay && { path: replay.path, runs: 1, shrinks: 0 }
        const falsified = await trial(
          arbitrary,
          { seed: seedOf(label), runs, shrinks, ...path },
          counted,
          (violation) => {
            seen.violation = violation
            room.pinCase(check.id)
          },
        )
        if (!falsified) return
        found.counterexample = { value: falsified.value, seed: judging.seed, path: `${label}/${falsified.path}` }
        throw falsified.violation
      },
    }
    return Object.assign(role.hands(room, check.id), shared)
  }

  const control = async (phase: 'control' | 'late') => {
    role.calm(room, check.id, slice)
    await within(checkMs, (signal) => check.control(contextIn(phase, signal)))
  }

  try {
    await control('control')
  } catch (cause) {
    return isJudgement(cause)
      ? { status: 'inconclusive', why: 'control', message: `the valid form failed: ${cause.message}` }
      : ourMistake(cause)
  }

  try {
    await within(checkMs, (signal) => check.run(contextIn('run', signal)))
  } catch (cause) {
    if (cause instanceof Violation && cause.clause !== undefined && !check.clauses.includes(cause.clause)) {
      return ourMistake(new TypeError(`the check accuses of ${cause.clause}, which is none of its clauses`))
    }
    if (cause instanceof Violation) return { ...failed(check, cause), ...found }
    if (!(cause instanceof Inconclusive)) return ourMistake(cause)
    if (seen.violation) {
      notes.push('time ran out before a smallest counterexample was found')
      return failed(check, seen.violation)
    }
    const dead = await control('late').then(
      () => undefined,
      (late: unknown) => late,
    )
    if (dead === undefined) return { status: 'inconclusive', why: cause.why, message: cause.message }
    return { status: 'inconclusive', why: 'died', message: `${cause.message}; after that the valid form failed too` }
  }
  if (cases === 0) return { status: 'error', message: 'the check judged no case at all', stack: '' }

  try {
    await control('late')
  } catch (cause) {
    return isJudgement(cause)
      ? {
          status: 'inconclusive',
          why: 'died',
          message: `the valid form worked before and failed after: ${cause.message}`,
        }
      : ourMistake(cause)
  }
  return { status: 'pass', cases }
}

const isReplay = (replay: NonNullable<Judging['replay']>, label: string, path: string) =>
  replay.label === label && replay.path === path

const isJudgement = (cause: unknown): cause is Violation | Inconclusive =>
  cause instanceof Violation || cause instanceof Inconclusive

const failed = (
  check: Pick<Check, 'clauses' | 'weaker'>,
  { clause = check.clauses[0], kind, expected, actual }: Violation,
) =>
  ({
    status: 'fail',
    grade: gradeOf(clauseOf(clause), check.weaker),
    clause,
    signature: `${clause}/${kind}`,
    expected,
    actual,
  }) as const

const ourMistake = (cause: unknown): Extract<Answer, { status: 'error' }> => ({
  status: 'error',
  message: cause instanceof Error ? cause.message : String(cause),
  stack: cause instanceof Error ? (cause.stack ?? '') : '',
})

/** Gives up after `ms`: the signal is aborted, and what still hangs is left behind. */
const within = async (ms: number, body: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const controller = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new Inconclusive('deadline', `the check was not done after ${ms} ms`))
    controller.abort()
  }, ms)
  try {
    await Promise.race([body(controller.signal), promise])
  } finally {
    clearTimeout(timer)
  }
}
