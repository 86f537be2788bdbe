import { derive } from '../fixtures/seed.ts'
import { Trouble } from '../harness/trouble.ts'
import type { Check } from '../harness/judge/check.ts'

/** A replay token taken apart: `<check>/<label>/<path>`. */
export type Replay = { check: string; label: string; path: string }

/**
 * The checks that `--only` names, by prefixes of their ids or of their clauses' ids. None given: all.
 *
 * @throws Trouble when a prefix names nothing.
 */
export const select = (checks: readonly Check[], prefixes: readonly string[]): Check[] => {
  const matches = (prefix: string, { id, clauses }: Check) => [id, ...clauses].some((one) => one.startsWith(prefix))
  for (const prefix of prefixes) {
    if (!checks.some((check) => matches(prefix, check))) {
      throw new Trouble('usage', {
        place: `--only ${prefix}`,
        problem: 'no check has an id or a clause that begins so',
        mend: `see \`brokerspec list\`; nearest: ${nearest(prefix, checks)}`,
      })
    }
  }
  return checks.filter((check) => prefixes.length === 0 || prefixes.some((prefix) => matches(prefix, check)))
}

/** Takes a replay token apart. */
export const readReplay = (token: string, checks: readonly Check[]): Replay => {
  const [check = '', label = '', ...path] = token.split('/')
  if (!checks.some(({ id }) => id === check)) {
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
export const shardOf = (checks: readonly Check[], [shard, of]: readonly [number, number]): Check[] =>
  checks.filter(({ id }) => (derive(0, id) >>> 0) % of === shard - 1)

/** Reads `i/n`. */
export const readShard = (text: string): [number, number] => {
  const [, shard = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const pair: [number, number] = [Number(shard), Number(of)]
  if (pair[0] >= 1 && pair[0] <= pair[1]) return pair
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
