// Packs brokerspec, installs it in an empty project, and uses it there as a stranger would.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'brokerspec-packed-'))
const show = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
const target = `
import { defineTarget } from 'brokerspec'
const refuse = { status: 400, headers: [], body: new TextEncoder().encode('Bad Request: invalid_redirect_uri') }
export default defineTarget({
  schema: 1,
  role: 'broker',
  subject: { name: 'a broker that refuses everything', version: '1' },
  capabilities: ['oauth'],
  attach: { open: () => ({ wire: async () => refuse }) },
})
`
const ownTest = `
import { brokerspec } from 'brokerspec/vitest'
await brokerspec({ target: new URL('./target.js', import.meta.url), seed: 1 })
`
const ownConfig = `
import { defineConfig } from 'vitest/config'
export default defineConfig({ test: { pool: 'threads', reporters: ['default', 'allure-vitest/reporter'] } })
`

/** What Allure was told of a broker that refuses everything: nothing passed, nothing failed, and why. */
const expectResults = (results) => {
  const all = readdirSync(results)
    .filter((name) => name.endsWith('-result.json'))
    .map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')))
  const told = all.filter(
    ({ testCaseId, status, steps }) =>
      testCaseId.startsWith('authorize.') &&
      status === 'broken' &&
      steps.some(({ name }) => name.startsWith('Control')),
  )
  const statuses = new Set(all.map(({ status }) => status))
  if (told.length < 10 || statuses.has('failed'))
    throw new Error(`Allure was told ${told.length} doubts of ${all.length} results: ${[...statuses].join(', ')}`)
}

// An interrupt ends the command that is running; what follows is then left out, but for the tidying up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(3))

try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8' }),
  )
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', allowScripts: { node: true } }),
  )
  show('npm', [
    'install',
    '--loglevel=error',
    `./${filename}`,
    'node@24.21.0',
    'vitest@5.1.1',
    'typescript@7.0.2',
    'allure@3.18.0',
  ])
  show('npx', ['brokerspec', '--version'])
  show('npx', ['brokerspec', 'run', '--seed', '1', '--report', 'out'])
  for (const role of ['relying-party', 'token-cache'])
    show('npx', ['brokerspec', 'run', '--role', role, '--seed', '1', '--runs', '5', '--report', 'out'])

  writeFileSync(join(folder, 'target.js'), target)
  writeFileSync(join(folder, 'target.test.js'), ownTest)
  const ended = (args) => {
    try {
      execFileSync('npx', args, { cwd: folder, stdio: 'pipe', encoding: 'utf8' })
      return { code: 0, out: '' }
    } catch (cause) {
      return { code: cause.status, out: cause.stdout + cause.stderr }
    }
  }
  const run = ended(['brokerspec', 'run', '--target', 'target.js', '--seed', '1', '--report', 'out'])
  if (run.code !== 2 || !run.out.includes('the valid form failed'))
    throw new Error(`a target that refuses everything gave ${run.code}:\n${run.out}`)
  writeFileSync(join(folder, 'vitest.config.js'), ownConfig)
  const own = ended(['vitest', 'run'])
  if (own.code !== 1 || !own.out.includes('inconclusive (control)'))
    throw new Error(`the user's own vitest gave ${own.code}:\n${own.out}`)
  expectResults(join(folder, 'allure-results'))
  const report = ended(['brokerspec', 'report', 'out/report.json', '--results', 'results', '--allure', 'page'])
  if (report.code !== 0 || !existsSync(join(folder, 'page', 'index.html')))
    throw new Error(`the report gave ${report.code}:\n${report.out}`)
  expectResults(join(folder, 'results'))

  writeFileSync(
    join(folder, 'types.ts'),
    "import { defineTarget } from 'brokerspec'\nexport const wrong = defineTarget({ schema: 1, role: 'brooker' })\n",
  )
  const types = ended(['tsc', '--noEmit', '--module', 'nodenext', '--strict', '--skipLibCheck', 'types.ts'])
  if (types.code === 0 || !types.out.includes('brooker'))
    throw new Error(`a wrong role was not a type error:\n${types.out}`)
  console.log('packed, installed in an empty project, and used there')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
