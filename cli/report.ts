import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Trouble } from '../harness/trouble.ts'
import { generateHtml, writeResults } from '../reports/allure/generate.ts'
import { toAllure } from '../reports/allure/results.ts'
import { checks, invariants } from '../suites/index.ts'
import { readReport } from './output.ts'

/** `brokerspec report`: makes a page to look at from a JSON report, offline. */
export const report = async (args: string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { allure: { type: 'string', default: join('reports', 'out', 'allure') } },
  })
  const [path = join('reports', 'out', 'report.json'), ...more] = positionals
  if (more.length > 0) {
    throw new Trouble('usage', {
      place: `report ${more.join(' ')}`,
      problem: 'one report makes one page',
      mend: 'put shards together with brokerspec merge first',
    })
  }
  const json = await readReport(path)
  const results = await mkdtemp(join(tmpdir(), 'brokerspec-'))
  try {
    await writeResults(toAllure(json, { checks, invariants }).files, results)
    await generateHtml(results, values.allure)
  } finally {
    await rm(results, { recursive: true, force: true })
  }
  console.log(`Written: ${join(values.allure, 'index.html')}`)
  return 0
}
