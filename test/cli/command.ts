import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '../../reports/report.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a command line came to. */
export type Ended = { code: number | null; signal: NodeJS.Signals | null; out: string; err: string; report(): Report }

/** A folder of its own. */
export const folder = (): string => mkdtempSync(join(tmpdir(), 'brokerspec-test-'))

/** A file of `test/targets`. */
export const targetFile = (name: string): string => join(root, 'test', 'targets', name)

/**
 * Runs the CLI in a process of its own, with the environment of this one less `unset`, plus `env`. `when` acts on it as soon
 * as its output contains a text.
 */
export const brokerspec = (
  args: readonly string[],
  {
    env = {},
    unset = [],
    when,
  }: { env?: Record<string, string>; unset?: string[]; when?: { says: string; act(pid: number): void } } = {},
): Promise<Ended> => {
  const reports = folder()
  const child = spawn(
    process.execPath,
    [
      join(root, 'cli', 'brokerspec.js'),
      ...args,
      ...(['run', 'merge'].includes(args[0] ?? '') && !args.includes('--report') ? ['--report', reports] : []),
    ],
    {
      env: { ...without(unset), ...env },
      cwd: root,
    },
  )
  let [out, err] = ['', '']
  let acted = false
  const look = () => {
    if (acted || !when || !(out + err).includes(when.says)) return
    acted = true
    when.act(child.pid ?? 0)
  }
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    look()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    look()
  })
  const report = () => JSON.parse(readFileSync(join(reports, 'report.json'), 'utf8')) as Report
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, out, err, report }))
  })
}

const without = (names: readonly string[]) =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.includes(name)))
