import * as fc from 'fast-check'
import { Violation } from '../../../harness/judge/blame.ts'
import type { CacheCheck, Context } from '../asking.ts'
import { readable } from '../asking.ts'
import { answersForFarm, broughtBy, callFarm, member, membersOf, someFarms } from './calling.ts'
import type { Member } from './calling.ts'
import { namedBy, readOf } from './judge-token.ts'

/** A name that nobody has, made of that of a user. */
const makes = {
  cut: (name: string, more: string) => name.slice(0, Math.max(3, name.length - more.length)),
  continued: (name: string, more: string) => name + more,
  preceded: (name: string, more: string) => more + name,
  elsewhere: (name: string, more: string) => `${name.split('@')[0]}@${more}.test`,
} as const

const expected = 'a call for somebody whom the farm does not know to carry nobody else'

/** Asks for a call at a farm for somebody of a name, whom the farm does not know. */
const carriesNobody = async (context: Context, name: string, { farm }: Pick<Member, 'farm'>) => {
  const { outcome, says, visits } = await callFarm(context, { user: { name }, farm })
  readable({ outcome, says, redemptions: [], renewals: [], data: [], sent: [] }, 'a call at a farm')
  for (const { token } of visits) {
    const read = readOf(token)
    const named = namedBy(context, read)
    if (read.outer === undefined) throw new Violation('app-alone', { expected, actual: 'a call of the app alone' })
    if (named !== undefined && named.name !== name)
      throw new Violation('another-user', { expected, actual: 'a call for another user' })
  }
  if (outcome === 'data') throw new Violation('data', { expected, actual: 'data' })
}

/** Whom the farm does not know is called for as nobody. */
export const strangers: CacheCheck = {
  id: 'high-trust.claims.strangers',
  title:
    'a call at a farm for somebody whom the farm does not know is made neither as another user nor as the app alone',
  sends:
    'calls for a user whom the farm knows, for users of another farm, and for names that are made out of those of users',
  owes: 'no token that names another user, none without a user, and no data',
  clauses: ['high-trust.claims'],
  weaker: 'reading',
  attacks: ['SPS-14'],
  needs: someFarms,
  kills: [
    'high-trust.calls-as-app-for-strangers',
    'high-trust.calls-as-first-user-for-strangers',
    'high-trust.finds-users-by-beginning',
    'high-trust.finds-users-without-domain',
  ],
  control: answersForFarm,
  async run(context) {
    const here = member(context, 0, 0)
    const names = { 'of another farm': member(context, 1, 0).user.name, 'of nobody': `nobody-${here.user.name}` }
    await context.each(Object.keys(names) as (keyof typeof names)[], async (which) => {
      broughtBy(await callFarm(context, here))
      await carriesNobody(context, names[which], here)
    })
    const known = new Set(context.slice.users.map(({ name }) => name))
    const near = fc.record({
      one: fc.constantFrom(...membersOf(context).flat()),
      how: fc.constantFrom(...(Object.keys(makes) as (keyof typeof makes)[])),
      more: fc.stringMatching(/^[b-dv-z][a-z]{0,5}$/),
    })
    await context.forEvery('names', near, Math.min(40, context.runs), async ({ one, how, more }) => {
      const name = makes[how](one.user.name, more)
      if (!known.has(name)) await carriesNobody(context, name, one)
    })
  },
}
