import * as fc from 'fast-check'
import { Violation } from '../../../harness/judge/blame.ts'
import { isSignedBy } from '../../../protocols/high-trust/certificate.ts'
import type { CacheCheck, Context } from '../asking.ts'
import { readable, told } from '../asking.ts'
import type { FarmCalled, Member } from './calling.ts'
import { answersForFarm, anyMember, broughtBy, callFarm, callTogether, member, membersOf, registers, someFarms } from './calling.ts' // prettier-ignore
import { judgeToken, namedBy, readOf } from './judge-token.ts'

const quiet = { redemptions: [], renewals: [], data: [], sent: [] }

/** Judges a call at a farm that trusts the target: the farm gives data to the user whom the call is for. */
const judgeData = ({ outcome, says, visits }: FarmCalled, { user }: Member) => {
  readable({ outcome, says, ...quiet }, 'a call at a farm')
  const what = 'a user to be given data by a farm that trusts the target'
  if (outcome !== 'data') throw new Violation('no-data', { expected: what, actual: told({ outcome, says, ...quiet }) })
  const taken = visits.filter(({ status }) => status === 200).map(({ caller }) => caller)
  if (taken.some((caller) => caller !== undefined && caller !== user.displayName))
    throw new Violation('another-user', { expected: what, actual: 'data for somebody else' })
}

/**
 * Calls a farm for a user, and judges the tokens and, where the farm trusts the key that signed them, what comes of them. That it is
 * not published is the matter of another check.
 */
const carriesIdentity = async (context: Context, one: Member, trusted: readonly string[]) => {
  const called = await callFarm(context, one)
  const tokens = broughtBy(called).map(({ token }) => token)
  for (const token of tokens) judgeToken(context, token, one)
  if (tokens.every((token) => trusted.some((certificate) => isSignedBy(readOf(token).actor, certificate))))
    judgeData(called, one)
  else context.note('the key that signs is not published, and no farm gave data')
}

/** A call carries the full identity. */
export const fullIdentity: CacheCheck = {
  id: 'high-trust.claims.full-identity',
  title: 'a call at a farm carries issuer, app, audience, realm, lifetime and name of the user whom it is for, and the farm gives that user data', // prettier-ignore
  sends: 'calls for users of several farms, which trust the key that the target publishes',
  owes: 'an actor token of the trusted issuer for the farm, around it the user by the name that the provider has, and data',
  clauses: ['high-trust.claims'],
  attacks: ['SPS-13'],
  needs: someFarms,
  kills: [
    'high-trust.names-no-realm',
    'high-trust.names-no-host',
    'high-trust.names-first-farm',
    'high-trust.signs-as-the-app',
    'high-trust.omits-realm-of-issuer',
    'high-trust.signs-as-issuer-of-first-farm',
    'high-trust.ends-tokens-at-once',
    'high-trust.omits-end-of-tokens',
    'high-trust.reuses-tokens-of-the-farm',
    'high-trust.calls-as-app-alone',
    'high-trust.calls-as-first-user',
    'high-trust.calls-as-second-user-for-further-ones',
    'high-trust.omits-provider-of-user',
    'high-trust.names-users-by-name-for-windows',
    'high-trust.tells-name-of-first-user',
    'high-trust.omits-delegation',
    'high-trust.denies-delegation-for-further-users',
  ],
  control: answersForFarm,
  async run(context) {
    const trusted = await registers(context)
    await context.each([0, 1], (place) => carriesIdentity(context, member(context, 0, place), trusted))
    await context.forEvery('members', anyMember(context), Math.min(40, context.runs), (one) =>
      carriesIdentity(context, one, trusted),
    )
  },
}

/** Calls for several users of a farm at once, and counts whose tokens came. */
const keepsApart = async (context: Context, members: readonly Member[]) => {
  const { answers, visits } = await callTogether(context, members)
  for (const { outcome, says } of answers) readable({ outcome, says, ...quiet }, 'a call at a farm')
  const named = broughtBy({ visits }).map(({ token }) => namedBy(context, readOf(token)))
  const count = <T>(list: readonly T[], of: T) => list.filter((one) => one === of).length
  const called = members.map(({ user }) => user)
  const strange = named.find((user) => user !== undefined && !called.includes(user))
  const lacking = called.find((user) => count(named, user) < count(called, user))
  if (strange === undefined && lacking === undefined) return
  throw new Violation('another-user', { expected: 'calls at the same time to carry each user as often as it was for', actual: strange ? 'tokens of a user whom no call was for' : 'fewer tokens of a user than calls' }) // prettier-ignore
}

/** Nobody's identity stands in the token of another. */
export const noOtherUser: CacheCheck = {
  id: 'high-trust.claims.no-other-user',
  title: 'when calls for several users are made at the same time, no token of one user is sent for another',
  sends: 'calls for several users of a farm at the same time, some of them for the same user',
  owes: 'as many tokens of each user at the farm as there were calls for that user, and of nobody else',
  clauses: ['high-trust.claims'],
  needs: someFarms,
  kills: [
    'high-trust.shares-tokens-between-users',
    'high-trust.shares-tokens-between-further-users',
    'high-trust.reuses-tokens-of-the-farm',
    'high-trust.calls-as-first-user',
    'high-trust.calls-as-second-user-for-further-ones',
  ],
  control: answersForFarm,
  async run(context) {
    await registers(context)
    const farms = membersOf(context)
    await context.each(
      [
        [0, 1],
        [1, 0, 0],
      ],
      (places) =>
        keepsApart(
          context,
          places.map((place) => member(context, 0, place)),
        ),
    )
    const crowds = fc
      .constantFrom(...farms)
      .chain((members) => fc.array(fc.constantFrom(...members), { minLength: 2, maxLength: 8 }))
    await context.forEvery('crowds', crowds, Math.min(25, context.runs), (members) => keepsApart(context, members))
  },
}

const hour = 3_600_000

/** A token serves when it is sent, however long ago the last one was. */
export const current: CacheCheck = {
  id: 'high-trust.claims.current',
  title: 'however much time has passed, a call at a farm is made with tokens that serve at that time',
  sends: 'calls for a user after waits of hours and of days',
  owes: 'tokens that have begun and not ended, and data, each time',
  clauses: ['high-trust.claims'],
  needs: { ...someFarms, capabilities: ['clock'], scope: 'exclusive' },
  kills: [
    'high-trust.counts-lifetime-from-start',
    'high-trust.reuses-tokens-for-ever',
    'high-trust.reuses-tokens-for-a-day',
  ],
  control: answersForFarm,
  async run(context) {
    const trusted = await registers(context)
    const afterWaits = async (waits: readonly number[]) => {
      await carriesIdentity(context, member(context, 0, 0), trusted)
      for (const wait of waits) {
        await context.clock.advance(wait * hour)
        await carriesIdentity(context, member(context, 0, 0), trusted)
      }
    }
    await context.each([[1]], afterWaits)
    const waits = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 36 }) }, fc.integer({ min: 24, max: 24 * 60 })) // prettier-ignore
    const rows = fc.array(waits, { minLength: 1, maxLength: 3 })
    await context.forEvery('rows', rows, Math.min(20, context.runs), afterWaits)
  },
}
