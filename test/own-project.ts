import type { TestResult } from 'allure-js-commons'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Options } from '../suites/vitest.ts'
import { folder } from './cli/command.ts'

const root = join(import.meta.dirname, '..')
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const reporter = createRequire(import.meta.url).resolve('allure-vitest/reporter')

/** What became of it: what was printed, and Allure's results by the id of their check. */
type OwnProject = { out: string; folder: string; results: Map<string | undefined, TestResult> }

/** Runs a vitest project of a user's own, with Allure's reporter and these options in its one test file. */
export const ownProject = (options: Options, env: Record<string, string> = {}): Promise<OwnProject> => {
  const made = folder()
  const results = join(made, 'allure-results')
  const setup = join(root, 'harness', 'vitest', 'global-setup.ts')
  const config = { pool: 'threads', globalSetup: setup, reporters: ['default', [reporter, { resultsDir: results }]] }
  writeFileSync(join(made, 'vitest.config.mjs'), `export default ${JSON.stringify({ test: config })}`)
  writeFileSync(
    join(made, 'own.test.js'),
    `import { brokerspec } from ${JSON.stringify(join(root, 'suites', 'vitest.ts'))}\nawait brokerspec(${JSON.stringify(options)})\n`,
  )
  const child = spawn(process.execPath, [vitest, 'run', '--root', made], {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    cwd: root,
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()))
  return new Promise((resolve) => {
    child.once('close', () => {
      const all = (existsSync(results) ? readdirSync(results) : [])
        .filter((name) => name.endsWith('-result.json'))
        .map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')) as TestResult)
      resolve({ out, folder: results, results: new Map(all.map((result) => [result.testCaseId, result])) })
    })
  })
}
