// Packs brokerspec, installs it in an empty project, and uses it there as a stranger would.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8' }),
  )
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', allowScripts: { node: true } }),
  )
  show('npm', ['install', '--loglevel=error', `./${filename}`, 'node@24.21.0', 'vitest@5.1.1', 'typescript@7.0.2'])
  show('npx', ['brokerspec', '--version'])
  show('npx', ['brokerspec', 'run', '--seed', '1', '--report', 'out'])

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
  const own = ended(['vitest', 'run', '--pool', 'threads'])
  if (own.code !== 1 || !own.out.includes('inconclusive (control)'))
    throw new Error(`the user's own vitest gave ${own.code}:\n${own.out}`)

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
