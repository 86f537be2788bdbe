import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { isAbsolute, join } from 'node:path'
import { filled } from '../control/dump.ts'
import type { Launched } from '../target/target.ts'
import { Trouble } from '../trouble.ts'
import { httpsWire } from '../wire/https.ts'
import type { Scratch } from './scratch.ts'
import { makeScratch } from './scratch.ts'

/** What is to be started: a command of a target file, where, and the files that its placeholders name. */
export type Order = {
  launch: Launched
  directory: string
  files: Record<'provision' | 'cert' | 'key' | 'ca', string>
  /** Those it is to listen on: the first is the one of its origin, the others are for further nodes. */
  ports: readonly number[]
  /** Another free port, for a target that speaks of one. */
  port2?: number
}

/** A child process that has become ready. Its folder lives as long as it, over restarts. */
export type Child = {
  stop(): Promise<void>
  kill(): void
  /** Stops it and starts it again on the same ports and files. Rejects as starting it does. */
  restart(): Promise<void>
  /** The newest of what it has printed since it was first started. */
  output(): Buffer
  /** What the words in braces stand for. */
  words: Readonly<Record<string, string>>
}

const lastLines = 15
const longestOutput = 4 * 2 ** 20

/** Ports that nobody listens on just now. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/**
 * Starts a target in a process group of its own and waits until it answers.
 *
 * @throws Trouble when the program is missing, ends early or never becomes ready; its last lines are part of the message.
 */
export const startChild = async (
  order: Order,
  onSpawn: (kill: () => void) => void = () => undefined,
): Promise<Child> => {
  const { launch, directory } = order
  const cwd = isAbsolute(launch.cwd ?? '') ? (launch.cwd ?? '') : join(directory, launch.cwd ?? '.')
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Trouble('usage', {
      place: 'attach.cwd',
      problem: `there is no folder ${cwd}`,
      mend: 'name a folder relative to the target file',
    })
  }
  const scratch = makeScratch()
  const life: { kill?: () => void; process?: Life } = {}
  const kill = () => {
    life.kill?.()
    scratch.remove()
  }
  const printed = outputOf(longestOutput)
  try {
    const words = await layOut(scratch, order)
    const start = async () => {
      life.process = await startIn(cwd, words, order, printed.add, (one) => {
        life.kill = one
        onSpawn(kill)
      })
    }
    await start()
    return {
      kill,
      words,
      output: printed.all,
      async restart() {
        await life.process?.stop()
        await start()
      },
      async stop() {
        await life.process?.stop()
        kill()
      },
    }
  } catch (cause) {
    scratch.remove()
    throw cause
  }
}

/** Keeps the newest of what is printed. */
const outputOf = (limit: number) => {
  const chunks: Buffer[] = []
  let size = 0
  return {
    add(chunk: Buffer) {
      chunks.push(chunk)
      size += chunk.length
      while (size - (chunks[0]?.length ?? 0) > limit) size -= chunks.shift()?.length ?? 0
    },
    all: () => Buffer.concat(chunks).subarray(-limit),
  }
}

/** Writes the files of an order into its folder; the answer is what the words in braces stand for. */
const layOut = async (scratch: Scratch, { files, ports, port2 }: Order): Promise<Record<string, string>> => {
  const names = { provision: 'provision.json', cert: 'cert.pem', key: 'key.pem', ca: 'ca.pem' } as const
  for (const [name, file] of Object.entries(names)) {
    await writeFile(join(scratch.path, file), files[name as keyof typeof names], { mode: 0o600 })
  }
  const own = join(scratch.path, 'own')
  await mkdir(own, { mode: 0o700 })
  return {
    port: String(ports[0] ?? 0),
    ports: ports.join(','),
    ...(port2 !== undefined && { port2: String(port2) }),
    node: process.execPath,
    origin: `https://127.0.0.1:${ports[0] ?? 0}`,
    scratch: own,
    ...Object.fromEntries(Object.entries(names).map(([name, file]) => [name, join(scratch.path, file)])),
  }
}

/** A process that is ready. */
type Life = { stop(): Promise<void> }

const startIn = async (
  cwd: string,
  words: Readonly<Record<string, string>>,
  { launch, files, ports }: Order,
  onOutput: (chunk: Buffer) => void,
  onSpawn: (kill: () => void) => void,
): Promise<Life> => {
  const [program = '', ...rest] = launch.command.map((word) => filled(word, words))
  const env = Object.fromEntries(Object.entries(launch.env ?? {}).map(([name, value]) => [name, filled(value, words)]))

  const output: string[] = []
  const place = `attach.command: ${launch.command.join(' ')}`
  const notStarted = (why: string) =>
    new Trouble('usage', {
      place,
      problem: `the program cannot be started: ${why}`,
      mend: 'install it, or name it by its full path',
    })
  const spawned = () => {
    try {
      return spawn(program, rest, {
        cwd,
        env: { ...process.env, NODE_EXTRA_CA_CERTS: words['ca'], SSL_CERT_FILE: words['ca'], ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
    } catch (cause) {
      throw notStarted(cause instanceof Error ? cause.message : String(cause))
    }
  }
  const child = spawned()
  const remember = (chunk: Buffer) => {
    onOutput(chunk)
    const lines = withoutSecrets(chunk.toString(), files.provision).split('\n')
    output.push(
      ...lines
        .filter((line) => line.trim() !== '')
        .map((line) => line.slice(0, 300).replaceAll(/[^\u0020-\u007E]/g, '?')),
    )
    output.splice(0, Math.max(0, output.length - lastLines))
  }
  child.stdout.on('data', remember)
  child.stderr.on('data', remember)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (cause) => resolve(cause.message))
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal))
  })
  const kill = () => killGroup(child, 'SIGKILL')
  onSpawn(kill)
  const stop = async () => {
    killGroup(child, launch.stop.signal)
    const timer = setTimeout(kill, launch.stop.within)
    await ended
    clearTimeout(timer)
    kill()
  }

  const said = () => (output.length === 0 ? 'it printed nothing' : `its last lines:\n  ${output.join('\n  ')}`)
  const ready = async () => {
    const answers = await Promise.all(
      ports.map((one) => untilReady(`https://127.0.0.1:${one}`, files.ca, launch.ready)),
    )
    return answers.includes('late') ? 'late' : 'ready'
  }
  const outcome = await Promise.race([ended.then((how) => ({ how })), ready()])
  if (outcome === 'ready') return { stop }
  await stop()
  if (outcome === 'late') {
    throw new Trouble('unreachable', {
      place,
      problem: `the target did not answer at ${words['origin']}${launch.ready.path} within ${launch.ready.within} ms; ${said()}`,
      mend: `raise attach.ready.within, or see why it does not listen with TLS on ${ports.length > 1 ? 'each of {ports}' : '{port}'}`,
    })
  }
  if (/ENOENT|EACCES/.test(outcome.how)) throw notStarted(outcome.how)
  throw new Trouble('unreachable', {
    place,
    problem: `the target ended before it was ready (${outcome.how}); ${said()}`,
    mend: 'start the command by hand and mend what it says',
  })
}

/** What a target prints may quote its configuration. */
const withoutSecrets = (text: string, provision: string): string =>
  [...provision.matchAll(/"secret":\s*"([^"]+)"/g)].reduce(
    (clean, [, secret = '']) => clean.replaceAll(secret, '[redacted]'),
    text,
  )

const killGroup = ({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals) => {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    if (exitCode === null && signalCode === null) throw new Error(`process group ${pid} cannot be stopped`)
  }
}

/** Asks again and again, since a program that is starting cannot be waited for otherwise. */
const untilReady = async (
  origin: string,
  ca: string,
  { path, within }: Launched['ready'],
): Promise<'ready' | 'late'> => {
  const wire = httpsWire({ ca: [ca] })
  const until = Date.now() + within
  try {
    while (Date.now() < until) {
      const signal = AbortSignal.timeout(Math.max(1, until - Date.now()))
      const answer = await wire({ method: 'GET', origin, rawPath: path, headers: [] }, signal).catch(() => undefined)
      if (answer && answer.status < 500) return 'ready'
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    return 'late'
  } finally {
    await wire.close()
  }
}
