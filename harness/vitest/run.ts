import type { TestCase } from 'vitest/node'
import type { Finding, Plan } from './plan.ts'
import { startVitest } from './start.ts'

/** A run of the checks by vitest. `parts` are the plans of its workers; `entry` the file that registers the checks. */
export type Run = {
  entry: string
  parts: readonly Plan[]
  /** Called as soon as a test is done; a test that left nothing behind gives `undefined`. */
  onFinding(finding: Finding | undefined, name: string): void
}

/** What went wrong outside of any test, in vitest's words. */
export type Loose = { message: string; stack: string }

/** Judges with vitest, one project for each part, and gives what went wrong outside of any test. */
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
  await startVitest({ entry, provided: parts.map((brokerspec) => ({ brokerspec })), reporter })
  return loose
}
