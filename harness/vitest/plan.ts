import 'vitest'
import type { CheckId } from '../../fixtures/world/shapes.ts'
import type { Transport } from '../attach/site.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { LauncherAddress } from '../launch/launcher.ts'
import type { Evidence } from '../record/exchange.ts'
import type { TroubleData } from '../trouble.ts'

/** What a worker must know to judge its part of a run. Plain data: it crosses threads. */
export type Plan = {
  /** Path of the target file. */
  target: string
  seed: number
  /** Cases for each property check. */
  runs: number
  transport: Transport
  strict: boolean
  /** The checks to register; absent: all. */
  checks?: readonly CheckId[]
  replay?: { label: string; path: string }
  /** Where targets are launched; only a target with a command needs it. */
  launcher?: LauncherAddress
}

/** What a test leaves behind: a verdict with its evidence, or why there was no universe to judge in. */
export type Finding = { verdict: Verdict; evidence: Evidence[] } | { trouble: TroubleData }

declare module 'vitest' {
  interface TaskMeta {
    brokerspec?: Finding
  }
  interface ProvidedContext {
    brokerspec: Plan
    brokerspecLauncher: LauncherAddress
  }
}
