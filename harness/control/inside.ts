import { posix } from 'node:path'
import type { DeclaredCapability } from '../../fixtures/clauses/clause.ts'
import type { Wire } from '../../protocols/wire.ts'
import { Trouble } from '../trouble.ts'
import { asked, byPost } from './asked.ts'
import type { Dump } from './dump.ts'
import { filled, longest, readCommand, readFiles, readPath } from './dump.ts'

/** What a function of a target file gives of its inside. */
export type Reader = () => Promise<string | Uint8Array> | string | Uint8Array

/** Restarts a target; done once it can be asked again. Rejects when it cannot. */
export type Restart = () => Promise<void>

/** How a target file says what can be seen and done inside a target. */
export type InsideControl = {
  storage?: { command: string[] } | { path: string } | Reader
  storageRaw?: { files: string[] } | Reader
  logs?: 'output' | { files: string[] } | Reader
  restart?: { path: string } | Restart
}

/** What an attachment knows of the inside of its target. */
export type OwnInside = {
  storage?: Reader
  storageRaw?: Reader
  /** The log; of a command what it has printed. */
  logs?: Reader
  restart?: Restart
  /** The words in braces that a command may use. */
  words?: Readonly<Record<string, string>>
  /** The folder of the target's own files. */
  folder?: string
}

/** What can be seen and done inside a target. Each throws Inconclusive when the target does not let it. */
export type Inside = {
  /** What the database holds, as the target reads it. */
  storage(): Promise<Dump>
  /** The bytes of the database as they lie at rest. */
  storageRaw(): Promise<Dump>
  /** The newest of the log. */
  logs(): Promise<Dump>
  restart(): Promise<void>
}

type Surroundings = {
  control: InsideControl
  own: OwnInside
  wire: Wire
  origin: string
  /** The folder of the target file. */
  directory: string
  capabilities: readonly DeclaredCapability[]
  /** How long a dump may take, in ms. */
  within: number
}

type Way<T> = (() => Promise<T>) | undefined

/**
 * Finds the way to everything inside a target.
 *
 * @throws Trouble when a capability is declared and nothing says how it is done
 */
export const insideOf = ({ control, own, wire, origin, directory, capabilities, within }: Surroundings): Inside => {
  const given = (reader: Reader | undefined, name: string): Way<Dump> =>
    reader && (async () => [{ name, bytes: bytesOf(await inTime(reader, within)) }])
  const { storage = own.storage, storageRaw = own.storageRaw, logs = own.logs, restart = own.restart } = control
  const words = { origin, port: new URL(origin).port, node: process.execPath, ...own.words }
  const inFiles = ({ files }: { files: string[] }, limit: number, whole: boolean) => {
    const patterns = files.map((file) => filled(file, words))
    const absolute = patterns.every((pattern) => posix.isAbsolute(pattern))
    return readFiles(patterns, absolute ? '/' : (own.folder ?? directory), limit, whole)
  }

  const ways: { [Name in keyof Inside]: Way<Awaited<ReturnType<Inside[Name]>>> } = {
    storage:
      typeof storage === 'object'
        ? () =>
            'path' in storage
              ? readPath(wire, origin, storage.path, within)
              : readCommand(
                  storage.command.map((word) => filled(word, words)),
                  directory,
                  within,
                )
        : given(storage, 'storage'),
    storageRaw:
      typeof storageRaw === 'object'
        ? () => inFiles(storageRaw, longest.storage, true)
        : given(storageRaw, 'storage at rest'),
    logs:
      typeof logs === 'object'
        ? () => inFiles(logs, longest.log, false)
        : given(logs === 'output' ? own.logs : logs, 'log'),
    restart: typeof restart === 'object' ? byPost(wire, origin, restart.path) : restart,
  }
  for (const [name, capability] of Object.entries(declaredAs) as [keyof Inside, DeclaredCapability][]) {
    if (!capabilities.includes(capability) || ways[name] !== undefined) continue
    throw new Trouble('usage', {
      place: `control.${name}`,
      problem: `the capability "${capability}" is declared, but nothing says how it is done`,
      mend: `give control.${name}, or ${name} beside the wire that open() gives, or take "${capability}" away`,
    })
  }
  return {
    storage: asked(ways.storage, 'show what it stores'),
    storageRaw: asked(ways.storageRaw, 'show its storage at rest'),
    logs: asked(ways.logs, 'show its log'),
    restart: asked(ways.restart, 'restart'),
  }
}

const declaredAs = {
  storage: 'storage',
  storageRaw: 'storage-raw',
  logs: 'logs',
  restart: 'restart',
} as const satisfies Record<keyof Inside, DeclaredCapability>

const inTime = async (reader: Reader, within: number): Promise<string | Uint8Array> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`it was not done after ${within} ms`)), within)
  try {
    return await Promise.race([reader(), late])
  } finally {
    clearTimeout(timer)
  }
}

const bytesOf = (given: unknown): Uint8Array => {
  const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : given
  if (!(bytes instanceof Uint8Array)) throw new Error('it gave neither a text nor bytes')
  if (bytes.length > longest.storage) throw new Error(`it gave more than ${longest.storage} bytes`)
  return bytes
}
