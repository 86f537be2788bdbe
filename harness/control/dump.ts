import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Wire } from '../../protocols/wire.ts'

/** A part of what was read inside a target: where it stood, and its bytes. */
export type Part = { name: string; bytes: Uint8Array }

/** What was read inside a target. */
export type Dump = readonly Part[]

/** How much is read: of a database in bytes, and of a log, whose newest lines count. */
export const longest = { storage: 64 * 2 ** 20, log: 4 * 2 ** 20 } as const

/** Replaces the words in braces that are known. */
export const filled = (text: string, words: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole)

/**
 * Reads files by their patterns; of each no more than so many bytes, its last.
 *
 * @throws Error when there is none, or when one that must be whole is longer
 */
export const readFiles = async (
  patterns: readonly string[],
  directory: string,
  limit: number,
  whole = false,
): Promise<Dump> => {
  const names = [...new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: directory })))].toSorted()
  const parts: Part[] = []
  for (const name of names) {
    const path = join(directory, name)
    const { size } = await stat(path)
    if (whole && size > limit) throw new Error(`${name} has more than ${limit} bytes`)
    const file = await open(path)
    try {
      const bytes = Buffer.alloc(Math.min(size, limit))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length)
      parts.push({ name, bytes: bytes.subarray(0, bytesRead) })
    } finally {
      await file.close()
    }
  }
  if (parts.length === 0) throw new Error(`there is no file ${patterns.join(', ')} in ${directory}`)
  return parts
}

/**
 * Asks the target for a dump over HTTP.
 *
 * @throws Error when it answers with another status than 200, too much, or too late
 */
export const readPath = async (wire: Wire, origin: string, path: string, within: number): Promise<Dump> => {
  const answer = await wire(
    { method: 'GET', origin, rawPath: path, headers: [['accept', '*/*']] },
    AbortSignal.timeout(within),
  )
  if (answer.status !== 200) throw new Error(`${origin}${path} answered ${answer.status}`)
  return [{ name: path, bytes: answer.body }]
}

/**
 * Runs a command in a process group of its own, and gives what it prints.
 *
 * @throws Error when it cannot be started, fails, prints too much, or is not done after `within` ms
 */
export const readCommand = async (command: readonly string[], cwd: string, within: number): Promise<Dump> => {
  const [program = '', ...rest] = command
  const child = spawn(program, rest, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const printed: Buffer[] = []
  const said: string[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > longest.storage) reject(new Error(`it printed more than ${longest.storage} bytes`))
    else printed.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => said.length < 3 && said.push(chunk.toString().slice(0, 300)))
  child.once('error', reject)
  child.once('close', (code, signal) =>
    code === 0 ? resolve() : reject(new Error(`it ended with ${signal ?? `code ${code}`}: ${said.join('').trim()}`)),
  )
  const timer = setTimeout(() => reject(new Error(`it was not done after ${within} ms`)), within)
  try {
    await promise
    return [{ name: program, bytes: Buffer.concat(printed) }]
  } catch (cause) {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killGroup(child.pid)
    throw new Error(`${program}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}

const killGroup = (pid: number) => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
