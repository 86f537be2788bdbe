import type { ProvidedContext } from 'vitest'
import type { Reporter } from 'vitest/node'
import { createVitest } from 'vitest/node'
import { dirname } from 'node:path'

/** A start of vitest: one project, and one worker, for each of `provided`, all on the same file. */
export type Start = { entry: string; provided: readonly Partial<ProvidedContext>[]; reporter: Reporter }

/** The user's own Vite configuration and environment files have no part in a run. */
const noViteFiles: object = { configFile: false, envFile: false, logLevel: 'silent' }

/**
 * Starts vitest on a file and waits for it. Retries are off, whatever a user has configured, since a hole that shows once
 * is a hole.
 */
export const startVitest = async ({ entry, provided, reporter }: Start): Promise<void> => {
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
      maxWorkers: provided.length,
      maxConcurrency: 8,
      projects: provided.map((provide, index) => ({
        test: { ...shared, name: `part-${index + 1}`, include: [entry], maxConcurrency: 8, provide },
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
