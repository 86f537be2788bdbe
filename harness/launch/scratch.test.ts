import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeScratch } from './scratch.ts'

test('a temporary folder is its own, for its owner alone, and gone when it is removed', () => {
  const [one, other] = [makeScratch(), makeScratch()]
  expect(one.path).not.toBe(other.path)
  expect(statSync(one.path).mode & 0o777).toBe(0o700)
  writeFileSync(join(one.path, 'file'), 'text')
  one.remove()
  expect([existsSync(one.path), existsSync(other.path)]).toEqual([false, true])
  other.remove()
  other.remove()
  expect(existsSync(other.path)).toBe(false)
})

/** What became of a program that begins with this, makes such a folder, tells its path and goes on; `act` is told its id. */
const programme = async (rest: string, act: (pid: number) => void = () => undefined, first = '') => {
  const text = `import { makeScratch } from ${JSON.stringify(join(import.meta.dirname, 'scratch.ts'))}
    ${first}
    const scratch = makeScratch()
    console.log(scratch.path)
    ${rest}`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', text])
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  const path = chunk.toString().trim()
  act(child.pid ?? 0)
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return { left: existsSync(path), made: path.includes('brokerspec-'), code, signal }
}

test.each([
  ['to its end', '', { code: 0, signal: null }],
  ['to process.exit', 'process.exit(3)', { code: 3, signal: null }],
  ['to an error', "process.stderr.destroy(); throw new Error('x')", { code: 1, signal: null }],
])('a process that comes %s leaves no folder behind', async (_, rest, ended) => {
  expect(await programme(rest)).toEqual({ made: true, left: false, ...ended })
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('nor does one that is ended by %s', async (signal) => {
  const waiting = 'setInterval(() => undefined, 1000)'
  const ended = await programme(waiting, (pid) => process.kill(pid, signal))
  expect(ended).toEqual({ made: true, left: false, code: null, signal })
})

test.each([
  ['ends the process at once', 'process.exit(5)'],
  ['removes the folder first, and ends it later', 'struck += 5; scratch.remove(); later(9)'],
])('a signal that somebody else handles is theirs, who %s', async (_, handling) => {
  const first = `let struck = 0; process.on('SIGTERM', () => { ${handling} })
    const later = (turns) => setImmediate(() => (turns > 0 ? later(turns - 1) : process.exit(struck)))`
  const ended = await programme('setInterval(() => undefined, 1000)', (pid) => process.kill(pid, 'SIGTERM'), first)
  expect(ended).toEqual({ made: true, left: false, code: 5, signal: null })
})
