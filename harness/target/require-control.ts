import { Trouble } from '../trouble.ts'
import type { Target } from './target.ts'

/** Nodes are reached in the way that the attachment can: as many as a command starts, or the addresses of running ones. */
export const requireNodes = (
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
export const requireTriggers = (declared: boolean, control: unknown, path: string) => {
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

/** What a target must be moved by from outside, by the capability that declares it. */
const moved = [
  ['clock', 'clock', 'how the clock is moved'],
  ['rotate-key', 'rotateKey', 'how the signing key is replaced'],
  ['refresh-metadata', 'refreshMetadata', "how the broker's metadata is read again"],
  ['storage', 'storage', 'how its database is read'],
  ['storage-raw', 'storageRaw', 'where its database lies'],
  ['logs', 'logs', 'where its log is'],
  ['restart', 'restart', 'how it is restarted'],
  ['registration', 'registration', 'how a party is registered'],
] as const

/** How each of them is given. */
const ways: Partial<Record<(typeof moved)[number][1], string>> = {
  storage: 'control.storage.command or control.storage.path',
  storageRaw: 'control.storageRaw.files',
  logs: 'control.logs.files, or "output" for a command',
}

export const requireControl = (capabilities: readonly string[], control: unknown, path: string) => {
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
export const requireOutput = (how: Target['attach'], control: unknown, path: string) => {
  const logs = typeof control === 'object' && control !== null && 'logs' in control ? control.logs : undefined
  if (logs !== 'output' || 'command' in how) return
  throw new Trouble('usage', {
    place: `${path}: control.logs`,
    problem: 'what a target prints is heard only if it is launched by attach.command',
    mend: 'give control.logs.files, or in a module a function',
  })
}

/** What a token cache that is running has of nobody who could be another in the next run, and so cannot be judged by. */
export const requireLasting = (
  { capabilities, cache }: Pick<Target<'token-cache'>, 'capabilities' | 'cache'>,
  how: Target['attach'],
  path: string,
) => {
  if (!('origins' in how)) return
  const declared = (['app-only', 'high-trust', 'provision'] as const).find((one) => capabilities.includes(one))
  const driven = (['serviceAccount', 'appOnly', 'onPremises'] as const).find((one) => cache[one] !== undefined)
  if (declared === undefined && driven === undefined) return
  throw new Trouble('usage', {
    place: `${path}: ${declared === undefined ? `cache.${driven}` : 'capabilities'}`,
    problem: `${declared === undefined ? `cache.${driven} is given` : `"${declared}" is declared`}, and of a token cache that is running its users alone are judged, who are others in every run: tokens of the service account, of the app alone and of farms would answer in the next`,
    mend: 'take "app-only", "high-trust", "provision", cache.serviceAccount, cache.appOnly and cache.onPremises away, or let the harness launch it by "command"',
  })
}

/** A second party is declared by a capability, and both or neither are given. */
export const requireSecond = (
  { capabilities, party }: Pick<Target<'relying-party'>, 'capabilities' | 'party'>,
  path: string,
) => {
  if (capabilities.includes('second-party') === (party.second !== undefined)) return
  throw new Trouble('usage', {
    place: `${path}: party.second`,
    problem: 'the capability "second-party" is declared without a second party, or the party without the capability',
    mend: 'give party.second and declare "second-party", or take both away',
  })
}

/** High trust is declared by a capability, and how a farm is called is given with it. */
export const requireHighTrust = (
  { capabilities, cache }: Pick<Target<'token-cache'>, 'capabilities' | 'cache'>,
  path: string,
) => {
  if (capabilities.includes('high-trust') === (cache.onPremises !== undefined)) return
  throw new Trouble('usage', {
    place: `${path}: cache.onPremises`,
    problem:
      'the capability "high-trust" is declared, but nothing says how a farm is called, or the latter without the former',
    mend: 'give cache.onPremises and declare "high-trust", or take both away',
  })
}

/** Who must never be started twice at a time has no second installation. */
export const requireTwo = (capabilities: readonly string[], how: Target['attach'], path: string) => {
  if (!capabilities.includes('provision') || !('command' in how) || how.instances === 'many') return
  throw new Trouble('usage', {
    place: `${path}: capabilities`,
    problem: '"provision" is declared, but attach.instances says that two are never started at a time',
    mend: 'take "provision" away, or "instances": "one"',
  })
}
