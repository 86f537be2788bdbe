import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, manyPairs, readable, serves, told } from './asking.ts'
import { holder } from './holder.ts'

/** A name that is not that of the user, and how it came of it. Case is left alone: directories compare without it. */
type NearName = { how: string; name(user: string): string }

const inTwo = (user: string): [local: string, domain: string] => {
  const at = user.lastIndexOf('@')
  return [user.slice(0, at), user.slice(at)]
}
const insertedAt = (user: string, place: number, text: string): string => {
  const [local, domain] = inTwo(user)
  const cut = 1 + (place % (local.length - 1))
  return local.slice(0, cut) + text + local.slice(cut) + domain
}

const more: NearName = { how: 'with more behind', name: (user) => `${user}.example` }
const less: NearName = { how: 'without its end', name: (user) => user.slice(0, -1) }
const elsewhere: NearName = { how: 'at another domain', name: (user) => `${inTwo(user)[0]}@elsewhere.example` }

const word = fc.stringMatching(/^[a-z0-9]{1,40}$/)
const nearNames: fc.Arbitrary<NearName> = fc.oneof(
  word.map((text) => ({ how: `with ${text} behind`, name: (user: string) => user + text })),
  word.map((text) => ({ how: `with ${text} before`, name: (user: string) => text + user })),
  fc.integer({ min: 1, max: 20 }).map((n) => ({ how: `without its last ${n} letters`, name: (user: string) => user.slice(0, -n) })),
  word.map((text) => ({ how: `at ${text}.example`, name: (user: string) => `${inTwo(user)[0]}@${text}.example` })),
  fc.nat(60).map((place) => ({ how: `with a dot inside, ${place}`, name: (user: string) => insertedAt(user, place, '.') })),
  fc
    .tuple(fc.nat(60), fc.constantFrom('-', '_', '%', '|', ':', '/', '\\', "'", '"', '*', '?', '\0', 'a'))
    .map(([place, text]) => ({ how: `with ${JSON.stringify(text)} inside, ${place}`, name: (user: string) => insertedAt(user, place, text) })),
) // prettier-ignore

/** Calls by a name that resembles that of somebody who has a token. */
const callsBy = async (context: Context, { user, client }: Pair, { how, name }: NearName) => {
  const near = name(user.name)
  if (context.slice.users.some((one) => one.name === near)) return
  const called = await call(context, { user: { ...user, name: near }, client })
  const what = `somebody whose name is that of a user ${how}`
  readable(called, what)
  if (called.outcome === 'data' || called.data.length > 0)
    throw new Violation('foreign-token', { expected: `${what} to be given nothing by the token of that user`, actual: told(called) }) // prettier-ignore
}

/** A token serves nobody whose name is another, however near. */
export const nearNamed: CacheCheck = {
  id: 'cache.per-user.near-name',
  title: 'a token serves nobody whose name merely resembles that of its user',
  sends:
    'calls for names that differ from that of a user with a token: longer, shorter, at another domain, with a letter or a sign more',
  owes: 'no data, and no call at the resource with the token of that user',
  clauses: ['cache.per-user'],
  needs: manyPairs,
  kills: [
    'cache.cuts-names',
    'cache.knows-users-by-local-part',
    'cache.ignores-dots-in-names',
    'cache.lends-tokens-to-names-with-dots',
  ],
  control: serves,
  async run(context) {
    const held = holder(context)
    const by = async (near: NearName) => callsBy(context, await held(), near)
    await context.each([more, less, elsewhere], by)
    await context.forEvery('names', nearNames, context.runs, by)
    const { user, client } = await held()
    const { outcome } = await call(context, { user, client })
    if (outcome !== 'data') throw new Inconclusive('control', 'the user whose name it is was given no data at the end')
  },
}
