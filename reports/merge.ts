import type { Capability } from '../fixtures/clauses/clause.ts'
import type { Outcome } from './assemble.ts'
import { assemble } from './assemble.ts'
import type { Report } from './report.ts'

/** Why reports do not belong together. */
export class MergeError extends Error {
  override readonly name = 'MergeError'
}

/**
 * Merges the reports of all shards of one run. The result is what one run would have reported.
 *
 * @throws MergeError when they are not of one run, when nothing was selected, or when a check is missing or was judged twice.
 */
export const merge = (reports: readonly Report[], catalogue: Outcome['catalogue']): Report => {
  const [first, ...others] = reports
  if (first === undefined) throw new MergeError('there is no report to merge')
  for (const other of others) requireSameRun(first, other)

  const verdicts = reports.flatMap((report) => report.verdicts)
  const judged = verdicts.map(({ check }) => check).filter((id) => !first.invariants.includes(id))
  const twice = judged.filter((id, index) => judged.indexOf(id) !== index)
  const missing = first.selected.filter((id) => !judged.includes(id))
  if (first.selected.length === 0) throw new MergeError('no check was selected, and nothing was judged')
  if (twice.length > 0) throw new MergeError(`judged twice: ${[...new Set(twice)].join(', ')}`)
  if (missing.length > 0) throw new MergeError(`judged by no shard: ${missing.join(', ')}`)

  const { shard: _, ...run } = first.run
  return assemble({
    run: { ...run, at: reports.map((report) => report.run.at).toSorted()[0] ?? run.at },
    target: { ...first.target, capabilities: new Set(first.target.capabilities as Capability[]) },
    selected: first.selected,
    verdicts,
    outside: reports.flatMap(({ outside = [] }) => outside),
    evidence: Object.assign({}, ...reports.toReversed().map(({ evidence }) => evidence)) as Outcome['evidence'],
    catalogue,
  })
}

const requireSameRun = (one: Report, other: Report) => {
  const same = (what: string, read: (report: Report) => unknown) => {
    const [left, right] = [JSON.stringify(read(one)), JSON.stringify(read(other))]
    if (left !== right)
      throw new MergeError(`the reports are of different runs: ${what} is ${left} in one and ${right} in another`)
  }
  same('the seed', ({ run }) => run.seed)
  same('the number of runs', ({ run }) => run.runs)
  same('the transport', ({ run }) => run.transport)
  same('--strict', ({ run }) => run.strict)
  same('the version of brokerspec', ({ run }) => run.harness)
  same('the catalogue', ({ run }) => run.catalogueDigest)
  same('the number of shards', ({ run }) => run.shard?.[1])
  same('the target', ({ target }) => target)
  same('the selection', ({ selected }) => selected)
}
