import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { appOnlyWords } from '../dialects/app-only.ts'
import { variedParameters } from '../dialects/authorize.ts'
import { unknownWordsIn } from '../dialects/form-template.ts'
import { renewalWords } from '../dialects/redeem.ts'
import { dialectNames } from '../dialects/resolve.ts'
import { Trouble } from '../trouble.ts'
import type { Target, TargetDefinition } from './target.ts'
import { attachSchemas, targetPartsSchema } from './target.ts'

/**
 * Loads a target file: `.json`, or a module whose default export is a definition.
 *
 * @throws Trouble naming the field and what it must be.
 */
export const loadTarget = async (file: string): Promise<Target> => {
  const path = resolve(file)
  if (!existsSync(path)) {
    throw new Trouble('usage', {
      place: path,
      problem: 'there is no such target file',
      mend: 'give the path of a .json, .js or .ts file to --target',
    })
  }
  return readTarget(await definitionIn(path), path)
}

const definitionIn = async (path: string): Promise<unknown> => {
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'))
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    if (module.default !== undefined) return module.default
  } catch (cause) {
    throw new Trouble('usage', {
      place: path,
      problem: `the target file cannot be read: ${firstLine(cause)}`,
      mend: 'mend what the message names, then run again',
    })
  }
  throw new Trouble('usage', {
    place: path,
    problem: 'the module has no default export',
    mend: 'write `export default defineTarget({ … })`',
  })
}

/** Checks a definition and fills in what it leaves out. */
export const readTarget = (definition: unknown, path: string): Target => {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw new Trouble('usage', {
      place: path,
      problem: 'a target is an object',
      mend: 'begin with { "schema": 1, "role": "broker", … }',
    })
  }
  const { attach, control, dialect, $schema: _, ...rest } = definition as Record<string, unknown>
  const code = { dialect: hasCode(dialect), control: hasCode(control) }
  if (code.dialect) requireBase(dialect, path)
  requireVaried(dialect, path)
  const known = targetPartsSchema.strict()
  const parsed = parse(
    known,
    { ...rest, ...(!code.dialect && { dialect }), ...(!code.control && control !== undefined && { control }) },
    path,
  )
  requireWords(dialect, path)
  const how = readAttach(attach, path)
  if (!('open' in how))
    requireControl(parsed.capabilities, { ...('command' in how && { restart: true }), ...Object(control) }, path)
  requireOutput(how, control, path)
  requireNodes(parsed, how, path)
  requireTriggers(parsed.capabilities.includes('error-trigger'), control, path)
  return {
    ...parsed,
    ...(code.dialect && { dialect: dialect as TargetDefinition['dialect'] }),
    ...(code.control && { control: control as TargetDefinition['control'] }),
    attach: how,
    directory: dirname(path),
  } as Target
}

const readAttach = (attach: unknown, path: string): Target['attach'] => {
  const given = typeof attach === 'object' && attach !== null ? attach : {}
  if ('open' in given && typeof given.open === 'function') return given as Target['attach']
  for (const [key, schema] of Object.entries(attachSchemas)) {
    if (key in given) return parse(schema as z.ZodType<Target['attach']>, given, path, 'attach')
  }
  throw new Trouble('usage', {
    place: `${path}: attach`,
    problem: 'does not say how the target is reached',
    mend: 'give it one of: "command" (launch it), "origins" (it is running), or in a module open() (in-process)',
  })
}

const requireBase = (dialect: unknown, path: string) => {
  const base = typeof dialect === 'object' && dialect !== null && 'extends' in dialect ? dialect.extends : undefined
  if (dialectNames.some((name) => name === base)) return
  throw new Trouble('usage', {
    place: `${path}: dialect.extends`,
    problem: 'a dialect with functions of its own extends a known one',
    mend: `write extends: ${dialectNames.map((name) => `'${name}'`).join(' or ')}`,
  })
}

/** Nodes are reached in the way that the attachment can: as many as a command starts, or the addresses of running ones. */
const requireNodes = (
  { capabilities, control }: { capabilities: readonly string[]; control?: Target['control'] },
  how: Target['attach'],
  path: string,
) => {
  const nodes = control?.nodes
  const owed = 'open' in how ? undefined : 'command' in how ? 'number' : 'list'
  const given = nodes === undefined ? undefined : Array.isArray(nodes) ? 'list' : 'number'
  if (owed !== undefined && (given ?? owed) === owed && capabilities.includes('nodes') === (given === owed)) return
  if (owed === undefined && given === undefined) return
  throw new Trouble('usage', {
    place: `${path}: control.nodes`,
    problem:
      given === undefined
        ? 'the capability "nodes" is declared, but nothing says where the nodes are'
        : 'it is no way to reach the nodes of this target, or the capability "nodes" is not declared',
    mend: {
      number: 'declare "nodes", and give how many nodes the command starts on {ports}',
      list: 'declare "nodes", and give the address of each node as "host:port"',
      none: 'give open() a list of nodes, and take control.nodes away',
    }[owed ?? 'none'],
  })
}

/** A row is caused by what is declared, and what is declared is used. */
const requireTriggers = (declared: boolean, control: unknown, path: string) => {
  const given = typeof control === 'object' && control !== null && 'triggers' in control ? control.triggers : {}
  if (declared === Object.keys(given ?? {}).length > 0) return
  throw new Trouble('usage', {
    place: `${path}: control.triggers`,
    problem: declared
      ? 'the capability "error-trigger" is declared, but nothing says how a row of the error table is caused'
      : 'the capability "error-trigger" is not declared',
    mend: declared
      ? 'give for at least one row a request that ends in it, or take "error-trigger" away'
      : 'declare "error-trigger", or take control.triggers away',
  })
}

/** A request without what a check varies, or with two of it, would have checks judge what was never sent. */
const requireVaried = (dialect: unknown, path: string) => {
  const given = typeof dialect === 'object' && dialect !== null && 'parameters' in dialect ? dialect.parameters : {}
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!variedParameters.includes(name) && !(name === 'resource' && value !== null)) continue
    throw new Trouble('usage', {
      place: `${path}: dialect.parameters.${name}`,
      problem: `${name} ${value === null ? 'is left away' : 'has a constant value'}, and the checks put it into each request`,
      mend: `take ${name} out of dialect.parameters${name === 'resource' ? ', or give it null if the target does not know it' : '; a target that cannot be asked so has "authorize": null'}`,
    })
  }
}

/** The words that can be put into each operation that a target may declare as a form. */
const putIn = { renew: renewalWords, appOnly: appOnlyWords } as const

/** A word that nobody puts in would be sent as it stands. */
const requireWords = (dialect: unknown, path: string) => {
  for (const [name, words] of Object.entries(putIn)) {
    const given =
      typeof dialect === 'object' && dialect !== null ? (dialect as Record<string, unknown>)[name] : undefined
    if (typeof given !== 'object' || given === null || hasCode(given)) continue
    const [unknown] = unknownWordsIn(JSON.stringify(given), words)
    if (unknown === undefined) continue
    throw new Trouble('usage', {
      place: `${path}: dialect.${name}`,
      problem: `{${unknown}} is no word that can be put into it`,
      mend: `use one of ${words.map((word) => `{${word}}`).join(', ')}`,
    })
  }
}

/** What a target must be moved by from outside, by the capability that declares it. */
const moved = [
  ['clock', 'clock', 'how the clock is moved'],
  ['rotate-key', 'rotateKey', 'how the signing key is replaced'],
  ['storage', 'storage', 'how its database is read'],
  ['storage-raw', 'storageRaw', 'where its database lies'],
  ['logs', 'logs', 'where its log is'],
  ['restart', 'restart', 'how it is restarted'],
] as const

/** How each of them is given. */
const ways: Partial<Record<(typeof moved)[number][1], string>> = {
  storage: 'control.storage.command or control.storage.path',
  storageRaw: 'control.storageRaw.files',
  logs: 'control.logs.files, or "output" for a command',
}

const requireControl = (capabilities: readonly string[], control: unknown, path: string) => {
  const given = typeof control === 'object' && control !== null ? (control as Record<string, unknown>) : {}
  for (const [capability, name, how] of moved) {
    if (!capabilities.includes(capability) || given[name] !== undefined) continue
    throw new Trouble('usage', {
      place: `${path}: capabilities`,
      problem: `"${capability}" is declared, but nothing says ${how}`,
      mend: `give ${ways[name] ?? `control.${name}.path`}, or take "${capability}" away`,
    })
  }
}

/** Only what a command prints is heard. */
const requireOutput = (how: Target['attach'], control: unknown, path: string) => {
  const logs = typeof control === 'object' && control !== null && 'logs' in control ? control.logs : undefined
  if (logs !== 'output' || 'command' in how) return
  throw new Trouble('usage', {
    place: `${path}: control.logs`,
    problem: 'what a target prints is heard only if it is launched by attach.command',
    mend: 'give control.logs.files, or in a module a function',
  })
}

const hasCode = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && Object.values(value).some(hasCode))

const parse = <T>(schema: z.ZodType<T>, value: unknown, path: string, under = ''): T => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => {
    const field = [under, ...issue.path].filter((part) => part !== '').join('.')
    return `${field === '' ? 'the file' : field}: ${issue.message}`
  })
  throw new Trouble('usage', {
    place: path,
    problem: problems.join('\n'),
    mend: 'the fields are described in schemas/target.schema.json',
  })
}

const firstLine = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0] ?? ''
