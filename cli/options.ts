import { parseArgs } from 'node:util'
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Transport } from '../harness/attach/site.ts'
import { loadTarget } from '../harness/target/load.ts'
import type { Outline } from '../harness/target/outline.ts'
import { outlineOf, readOutline } from '../harness/target/outline.ts'
import { judgedRoles } from '../harness/roles/index.ts'
import type { JudgedRole } from '../harness/roles/role.ts'
import { Trouble } from '../harness/trouble.ts'
import type { Plan } from '../harness/vitest/plan.ts'
import type { Check } from '../harness/judge/check.ts'
import { checks } from '../suites/index.ts'
import type { Replay } from './selection.ts'
import { readReplay, readShard, select, shardOf } from './selection.ts'
import { packageRoot } from './version.ts'

/** Everything `run` was asked for, understood. */
export type RunOptions = {
  target: Outline
  /** As it was given; empty for the reference broker. */
  targetFile: string
  plan: Plan
  replay: (Replay & { token: string }) | undefined
  selected: readonly Check<JudgedRole>[]
  shard: [number, number] | undefined
  share: readonly Check<JudgedRole>[]
  workers: number
  folder: string
}

/** Whether this is the source in a checkout, or JavaScript that was installed. */
export const inCheckout: boolean = import.meta.filename.endsWith('.ts')
const here = inCheckout
  ? { folder: packageRoot, extension: 'ts' }
  : { folder: join(packageRoot, 'dist'), extension: 'js' }

/** A file of the package, as source in a checkout and as JavaScript where it is installed. */
export const fileOf = (name: string): string => join(here.folder, `${name}.${here.extension}`)

/** What can be known of a target file without running its code in this process. */
export const outlineIn = (file: string): Promise<Outline> => readOutline(file, fileOf('harness/target/read-outline'))

/** Reads the arguments of `run`. Throws Trouble, or what parseArgs throws. */
export const readRunOptions = async (args: string[]): Promise<RunOptions> => {
  const { values } = parseArgs({
    args,
    options: {
      target: { type: 'string' },
      role: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string' },
      runs: { type: 'string', default: '100' },
      replay: { type: 'string' },
      shard: { type: 'string' },
      transport: { type: 'string' },
      strict: { type: 'boolean', default: false },
      report: { type: 'string', default: join('reports', 'out') },
    },
  })
  const file = values.target ?? fileOf(references[readRole(values.role)])
  const target = values.target === undefined ? outlineOf(await loadTarget(file)) : await outlineIn(values.target)
  if (values.role !== undefined && values.role !== target.role)
    throw new Trouble('usage', {
      place: `--role ${values.role}`,
      problem: `the target file says that its target is a ${target.role}`,
      mend: 'leave --role away: it chooses the embedded reference',
    })
  const transport = readTransport(values.transport, target)
  const replay =
    values.replay === undefined
      ? undefined
      : { ...readReplay(values.replay, checks, target.role), token: values.replay }
  const prefixes = replay
    ? [replay.check]
    : values.only.flatMap((text) => text.split(',')).filter((text) => text !== '')
  if (replay && values.only.length > 0)
    throw new Trouble('usage', {
      place: '--only',
      problem: 'a replay selects its own check',
      mend: 'leave --only away',
    })
  if (values.only.length > 0 && prefixes.length === 0)
    throw new Trouble('usage', {
      place: '--only',
      problem: 'it names nothing',
      mend: 'give the beginning of an id; see brokerspec list',
    })
  const selected = select(checks, prefixes, target.role)
  const shard = values.shard === undefined ? undefined : readShard(values.shard)
  const share = shard ? shardOf(selected, shard) : selected
  const single = 'origins' in target.attach || ('instances' in target.attach && target.attach.instances === 'one')

  return {
    target,
    targetFile: values.target ?? '',
    replay,
    selected,
    shard,
    share,
    workers: single ? 1 : Math.max(1, Math.min(availableParallelism(), share.length)),
    folder: values.report,
    plan: {
      target: file,
      seed: values.seed === undefined ? randomInt(1, 2 ** 31) : readNumber('--seed', values.seed, 0),
      runs: readNumber('--runs', values.runs, 1),
      transport,
      strict: values.strict,
      ...(replay && { replay: { label: replay.label, path: replay.path } }),
    },
  }
}

/** The embedded reference target of each role. */
const references: Record<JudgedRole, string> = {
  broker: 'targets/reference/target',
  'token-cache': 'targets/reference/token-cache',
  'relying-party': 'targets/reference/relying-party',
}

const readRole = (given = 'broker'): JudgedRole => {
  const role = judgedRoles.find((one) => one === given)
  if (role !== undefined) return role
  throw new Trouble('usage', {
    place: `--role ${given}`,
    problem: 'no target of such a role can be judged',
    mend: `one of ${judgedRoles.join(', ')}`,
  })
}

/** Reads a whole number of at least `least`, below 2^31. */
export const readNumber = (place: string, text: string, least: number): number => {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number < 2 ** 31) return number
  throw new Trouble('usage', {
    place: `${place} ${text}`,
    problem: `not a whole number from ${least} to ${2 ** 31 - 1}`,
    mend: `for example ${place} 42`,
  })
}

const readTransport = (given: string | undefined, target: Outline): Transport => {
  if (given !== undefined && given !== 'direct' && given !== 'https') {
    throw new Trouble('usage', {
      place: `--transport ${given}`,
      problem: 'there are two transports',
      mend: 'direct or https',
    })
  }
  if ('open' in target.attach) return given ?? 'direct'
  if (given === 'direct')
    throw new Trouble('usage', {
      place: '--transport direct',
      problem: 'only a target that runs in this process can be reached directly',
      mend: 'leave --transport away',
    })
  return 'https'
}
