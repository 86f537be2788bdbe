import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeScratch } from '../harness/launch/scratch.ts'
import { Trouble } from '../harness/trouble.ts'
import { generateHtml } from '../reports/allure/generate.ts'
import { checks, invariants } from '../suites/index.ts'
import { writableFolder } from './folder.ts'
import { fileOf } from './options.ts'
import { readReport } from './output.ts'

/** `brokerspec report`: makes a page to look at from a JSON report, offline. `--results` keeps what the page is made of. */
export const report = async (args: string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      allure: { type: 'string', default: join('reports', 'out', 'allure') },
      results: { type: 'string' },
    },
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
  writableFolder('--allure', values.allure)
  if (values.results !== undefined) writableFolder('--results', values.results)
  const { writeResults } = await import('../reports/allure/results.ts')
  const entry = fileOf('reports/allure/entry')
  const scratch = makeScratch()
  const results = values.results ?? scratch.path
  try {
    await writeResults(json, { checks, invariants }, { entry, folder: results })
    await generateHtml(results, values.allure, `${json.target.name} ${json.target.version}, judged by brokerspec`)
  } finally {
    scratch.remove()
  }
  console.log(`Written: ${join(values.allure, 'index.html')}`)
  return 0
}
