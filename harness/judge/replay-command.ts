import type { CheckId } from '../../fixtures/world/shapes.ts'
import type { Transport } from '../attach/site.ts'
import type { Verdict } from './verdict.ts'

/** What a run must be told again. `invariants` are the ids that no option selects. */
type Ran = {
  run: { invocation: string; targetFile: string; transport: Transport; seed: number }
  invariants: readonly CheckId[]
}

/** One line that brings a failure back, in a fresh process. */
export const replayCommand = ({ run, invariants }: Ran, verdict: Verdict): string => {
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
