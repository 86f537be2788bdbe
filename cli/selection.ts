import { derive } from '../fixtures/seed.ts'
import type { Role } from '../fixtures/clauses/clause.ts'
import type { Check } from '../harness/judge/check.ts'
import { ofRole, roleOf } from '../harness/roles/index.ts'
import type { JudgedRole } from '../harness/roles/role.ts'
import { Trouble } from '../harness/trouble.ts'

/** A replay token taken apart: `<check>/<label>/<path>`. */
export type Replay = { check: string; label: string; path: string }

/**
 * The checks that `--only` names among those of the target's role, by prefixes of their ids or of their clauses' ids. None given:
 * all of the role.
 *
 * @throws Trouble when a prefix names nothing, or checks of another role alone.
 */
export const select = <R extends JudgedRole>(
  checks: readonly Check<R>[],
  prefixes: readonly string[],
  role: Role,
): Check<R>[] => {
  const matches = (prefix: string, { id, clauses }: Check<R>) => [id, ...clauses].some((one) => one.startsWith(prefix))
  const own = ofRole(checks, role)
  if (own.length === 0)
    throw new Trouble('usage', {
      place: `role ${role}`,
      problem: 'there is no check of a target of this role',
      mend: 'see `brokerspec list`',
    })
  for (const prefix of prefixes) {
    if (own.some((check) => matches(prefix, check))) continue
    const other = checks.find((check) => matches(prefix, check))
    throw new Trouble(
      'usage',
      other
        ? ofAnotherRole(`--only ${prefix}`, roleOf(other), role)
        : {
            place: `--only ${prefix}`,
            problem: 'no check has an id or a clause that begins so',
            mend: `see \`brokerspec list\`; nearest: ${nearest(prefix, own)}`,
          },
    )
  }
  return own.filter((check) => prefixes.length === 0 || prefixes.some((prefix) => matches(prefix, check)))
}

const ofAnotherRole = (place: string, theirs: Role, ours: Role) => ({
  place,
  problem: `this names checks of a ${theirs}, and the target is a ${ours}`,
  mend: `give a target file of that role, or without --target choose the reference by --role ${theirs}`,
})

/** Takes a replay token apart. */
export const readReplay = <R extends JudgedRole>(token: string, checks: readonly Check<R>[], role: Role): Replay => {
  const [check = '', label = '', ...path] = token.split('/')
  const known = checks.find(({ id }) => id === check)
  if (known && roleOf(known) !== role)
    throw new Trouble('usage', ofAnotherRole(`--replay ${token}`, roleOf(known), role))
  if (known === undefined) {
    throw new Trouble('usage', {
      place: `--replay ${token}`,
      problem: `there is no check "${check}"`,
      mend: `give the token that a failure printed; nearest check: ${nearest(check, checks)}`,
    })
  }
  if (label === '' || !/^\d+(:\d+)*$/.test(path.join('/'))) {
    throw new Trouble('usage', {
      place: `--replay ${token}`,
      problem: 'a replay is <check>/<property>/<path>',
      mend: 'copy the whole token from the failure, or use --only to run the check again',
    })
  }
  return { check, label, path: path.join('/') }
}

/** The checks of one shard: those whose id hashes to it, wherever the others run. `shard` counts from 1. */
export const shardOf = <R extends JudgedRole>(
  checks: readonly Check<R>[],
  [shard, of]: readonly [number, number],
): Check<R>[] => checks.filter(({ id }) => (derive(0, id) >>> 0) % of === shard - 1)

/** Reads `i/n`. */
export const readShard = (text: string): [number, number] => {
  const [, shard = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const pair: [number, number] = [Number(shard), Number(of)]
  if (pair[0] >= 1 && pair[0] <= pair[1] && pair[1] < 2 ** 31) return pair
  throw new Trouble('usage', {
    place: `--shard ${text}`,
    problem: 'a shard is i/n with 1 ≤ i ≤ n',
    mend: 'for example --shard 1/2',
  })
}

/** The id that shares the longest beginning with what was given. */
export const nearest = (given: string, checks: readonly { id: string }[]): string => {
  const shared = (id: string) => {
    const end = [...given].findIndex((character, index) => character !== id[index])
    return end === -1 ? given.length : end
  }
  return checks.map(({ id }) => id).toSorted((one, other) => shared(other) - shared(one))[0] ?? 'none'
}
