import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { Trouble } from '../trouble.ts'
import { wrongFields } from '../wrong-fields.ts'
import { attachSchemas, runningCache, runningParty } from './attach.ts'
import {
  requireControl,
  requireLasting,
  requireNodes,
  requireOutput,
  requireHighTrust,
  requireSecond,
  requireTriggers,
  requireTwo,
} from './require-control.ts'
import { hasCode, requireBase, requireVaried, requireWords } from './require-dialect.ts'
import type { PartyDefinition } from './relying-party.ts'
import type { CacheDefinition } from './token-cache.ts'
import type { BrokerDefinition, Target } from './target.ts'
import { targetPartsSchemas } from './target.ts'

/**
 * Loads a target file: `.json`, or a module whose default export is a definition.
 *
 * @throws Trouble naming the field and what it must be.
 */
export const loadTarget = async (file: string): Promise<Target> => {
  const path = resolve(file)
  const problem = noFile(path)
  if (problem !== undefined)
    throw new Trouble('usage', { place: path, problem, mend: 'give the path of a .json, .js or .ts file to --target' })
  return readTarget(await definitionIn(path), path)
}

const noFile = (path: string): string | undefined => {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined) return 'there is no such target file'
  if (there.isDirectory()) return 'this is a folder, and no target file'
  return /\.(?:json|[cm]?[jt]s)$/.test(path) ? undefined : 'this is neither JSON nor a module, by the end of its name'
}

const definitionIn = async (path: string): Promise<unknown> => {
  try {
    if (path.endsWith('.json')) return JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))
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
export function readTarget(definition: BrokerDefinition, path: string): Target<'broker'>
export function readTarget(definition: CacheDefinition, path: string): Target<'token-cache'>
export function readTarget(definition: PartyDefinition, path: string): Target<'relying-party'>
export function readTarget(definition: unknown, path: string): Target
export function readTarget(definition: unknown, path: string): Target {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw new Trouble('usage', {
      place: path,
      problem: 'a target is an object',
      mend: 'begin with { "schema": 1, "role": "broker", … }',
    })
  }
  const { attach, $schema: _, ...given } = definition as Record<string, unknown>
  const parsed = (readers.get(given['role']) ?? readBroker)(given, path)
  const { control } = given
  const how = readAttach(attach, parsed.role, path)
  if (!('open' in how))
    requireControl(parsed.capabilities, { ...('command' in how && { restart: true }), ...Object(control) }, path)
  requireOutput(how, control, path)
  requireNodes(parsed, how, path)
  requireTwo(parsed.capabilities, how, path)
  if (parsed.role === 'broker') requireTriggers(parsed.capabilities.includes('error-trigger'), control, path)
  if (parsed.role === 'token-cache') requireLasting(parsed, how, path)
  return { ...parsed, attach: how, directory: dirname(path) } as Target
}

/** Everything of a broker but how it is attached. */
const readBroker = (given: Record<string, unknown>, path: string) => {
  const { dialect, ...rest } = given
  const code = hasCode(dialect)
  if (code) requireBase(dialect, path)
  requireVaried(dialect, path)
  const parsed = parse(targetPartsSchemas.broker, { ...withoutCode(rest), ...(!code && { dialect }) }, path)
  requireWords(dialect, rest['control'], path)
  return {
    ...parsed,
    ...(code && { dialect: dialect as Target<'broker'>['dialect'] }),
    ...(hasCode(rest['control']) && { control: rest['control'] as Target<'broker'>['control'] }),
  }
}

/** Everything of a relying party but how it is attached. */
const readParty = (given: Record<string, unknown>, path: string) => {
  const { party, ...rest } = given
  const { second: other } = Object(party) as { second?: unknown }
  const plain = other === undefined ? withPaths(party) : { ...Object(withPaths(party)), second: withPaths(other) }
  const parsed = parse(targetPartsSchemas['relying-party'], { ...withoutCode(rest), party: plain }, path)
  requireSecond(parsed, path)
  const read = party as Target<'relying-party'>['party']
  const { second } = parsed.party
  return {
    ...parsed,
    party: {
      ...parsed.party,
      whoami: read.whoami,
      ...(second && read.second && { second: { ...second, whoami: read.second.whoami } }),
    },
    ...(hasCode(rest['control']) && { control: rest['control'] as Target<'relying-party'>['control'] }),
  }
}

/** The pages of a party, of which a module may give one as a path and a function that reads it. */
const withPaths = (pages: unknown): unknown =>
  typeof pages === 'object' && pages !== null
    ? Object.fromEntries(
        Object.entries(pages).map(([name, value]: [string, unknown]) => [
          name,
          typeof value === 'object' && value !== null && 'path' in value ? value.path : value,
        ]),
      )
    : pages

/** Everything of a token cache but how it is attached. */
const readCache = (given: Record<string, unknown>, path: string) => {
  const parsed = parse(targetPartsSchemas['token-cache'], withoutCode(given), path)
  requireHighTrust(parsed, path)
  return {
    ...parsed,
    ...(hasCode(given['control']) && { control: given['control'] as Target<'token-cache'>['control'] }),
  }
}

const readers = new Map<unknown, typeof readBroker | typeof readParty | typeof readCache>([
  ['relying-party', readParty],
  ['token-cache', readCache],
])

const withoutCode = ({ control, ...rest }: Record<string, unknown>) => ({
  ...rest,
  ...(!hasCode(control) && control !== undefined && { control }),
})

/** How a target is attached that is running, by its role. */
const running = {
  broker: attachSchemas.origins,
  'relying-party': runningParty,
  'token-cache': runningCache,
} as const satisfies Record<Target['role'], z.ZodType>

const readAttach = (attach: unknown, role: Target['role'], path: string): Target['attach'] => {
  const given = typeof attach === 'object' && attach !== null ? attach : {}
  if ('open' in given && typeof given.open === 'function') return given as Target['attach']
  for (const [key, schema] of Object.entries({ ...attachSchemas, origins: running[role] })) {
    if (key in given) return parse(schema as z.ZodType<Target['attach']>, given, path, 'attach')
  }
  throw new Trouble('usage', {
    place: `${path}: attach`,
    problem: 'does not say how the target is reached',
    mend: 'give it one of: "command" (launch it), "origins" (it is running), or in a module open() (in-process)',
  })
}

const parse = <T>(schema: z.ZodType<T>, value: unknown, path: string, under = ''): T => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new Trouble('usage', {
    place: path,
    problem: wrongFields(result.error, under),
    mend: 'the fields are described in schemas/target.schema.json',
  })
}

const firstLine = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0] ?? ''
