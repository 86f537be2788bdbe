import type { TestCase } from 'vitest/node'
import { createVitest } from 'vitest/node'
import { dirname } from 'node:path'
import type { Finding, Plan } from './plan.ts'

/** A run of the checks by vitest. `parts` are the plans of its workers; `entry` the file that registers the checks. */
export type Run = {
  entry: string
  parts: readonly Plan[]
  /** Called as soon as a test is done; a test that left nothing behind gives `undefined`. */
  onFinding(finding: Finding | undefined, name: string): void
}

/** What went wrong outside of any test, in vitest's words. */
export type Loose = { message: string; stack: string }

/** The user's own Vite configuration and environment files have no part in a run. */
const noViteFiles: object = { configFile: false, envFile: false, logLevel: 'silent' }

/**
 * Starts vitest on the entry file, one project for each part, and waits for it. Retries are off, whatever a user has
 * configured, since a hole that shows once is a hole.
 */
export const runVitest = async ({ entry, parts, onFinding }: Run): Promise<Loose[]> => {
  const loose: Loose[] = []
  const keep = (error: { message: string; stack?: string | undefined }) =>
    void loose.push({ message: error.message, stack: error.stack ?? '' })
  const reporter = {
    onTestCaseResult(test: TestCase) {
      const finding = test.meta().brokerspec
      onFinding(finding, test.name)
      const { errors = [] } = test.result()
      if (finding === undefined) errors.forEach(keep)
    },
    onTestRunEnd(
      modules: readonly { errors(): readonly { message: string; stack?: string | undefined }[] }[],
      errors: readonly { message: string; stack?: string | undefined }[],
    ) {
      for (const module of modules) module.errors().forEach(keep)
      errors.forEach(keep)
    },
  }
  const shared = { pool: 'threads' as const, isolate: false, exclude: [], retry: 0 }
  const release = keepSignals()
  const vitest = await createVitest(
    'test',
    {
      root: dirname(entry),
      config: false,
      watch: false,
      cache: false,
      reporters: [reporter],
      maxWorkers: parts.length,
      maxConcurrency: 8,
      projects: parts.map((brokerspec, index) => ({
        test: { ...shared, name: `part-${index + 1}`, include: [entry], maxConcurrency: 8, provide: { brokerspec } },
      })),
      ...shared,
    },
    noViteFiles,
  )
  release()
  try {
    await vitest.start()
  } finally {
    await vitest.close()
  }
  return loose
}

/** An interrupt is ours to handle: what is registered for it until the answer is called is taken away again. */
const keepSignals = () => {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const before = signals.map((signal) => process.listeners(signal))
  return () =>
    signals.forEach((signal, index) => {
      for (const listener of process.listeners(signal)) {
        if (!before[index]?.includes(listener)) process.off(signal, listener)
      }
    })
}
