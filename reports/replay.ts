import type { Report } from './report.ts'

/** One line that brings a failure back, in a fresh process. */
export const replayCommand = ({ run, invariants }: Report, verdict: Report['verdicts'][number]): string => {
  const path = verdict.status === 'fail' && verdict.counterexample ? `/${verdict.counterexample.path}` : ''
  const options = [
    ...(run.targetFile === '' ? [] : ['--target', quote(run.targetFile)]),
    ...(run.transport === 'https' ? ['--transport', 'https'] : []),
    '--seed',
    String(run.seed),
    ...(path !== ''
      ? ['--replay', verdict.check + path]
      : invariants.includes(verdict.check)
        ? []
        : ['--only', verdict.check]),
  ]
  return `${run.invocation} run ${options.join(' ')}`
}

const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)
