import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { merge } from '../reports/merge.ts'
import { summary } from '../reports/terminal.ts'
import { checks, invariants } from '../suites/index.ts'
import { style } from './colours.ts'
import { readReport, writeReport } from './output.ts'

/** `brokerspec merge`: makes one report of the reports of all shards. */
export const mergeReports = async (args: string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { report: { type: 'string', default: join('reports', 'out') } },
  })
  const catalogue = { checks, invariants }
  const merged = merge(await Promise.all(positionals.map(readReport)), catalogue)
  const files = await writeReport(merged, catalogue, values.report)
  console.log(`${summary(merged, catalogue, style)}\n\nWritten: ${files.join(', ')}`)
  return merged.exit
}
