import * as fc from 'fast-check'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { needsOf, redeems, userGetsAppOnly } from './request.ts'
import type { Said } from './tokens.ts'
import { trialOf } from './tokens.ts'

const minute = 60
const day = 86_400

/** The times of a token, each moved by so many seconds. */
const moved = (said: Said, seconds: number): Said =>
  Object.fromEntries(
    ['iat', 'nbf', 'exp'].flatMap((name) => {
      const at = said[name]
      return at === undefined ? [] : [[name, typeof at === 'number' ? at + seconds : String(Number(at) + seconds)]]
    }),
  )

const shared = {
  clauses: ['app-only.valid-token'],
  applies: redeems,
  needs: needsOf(),
  control: userGetsAppOnly,
} as const

/** Issued by the right issuer, as it would have been long ago or will be some day. */
const tryMoved = async (context: Context, bound: 'nbf' | 'exp', what: string) => {
  const { said, attempt } = await trialOf(context)
  const sign = bound === 'exp' ? -1 : 1
  const { skew } = context.profile
  const beyond = async (seconds: number) => {
    const now = Math.floor(context.clock.now() / 1000)
    const shift = now + sign * (skew + seconds) - Number(said[bound])
    const forgery = { claims: moved(said, shift), signed: { by: 'issuer' } } as const
    await attempt(forgery, `a user token ${what} by ${skew + seconds} s`)
    await attempt(forgery, `a user token ${what} by ${skew + seconds} s, the second time it comes`)
  }
  await context.each([minute, 60 * minute, day], beyond)
  const far = fc.oneof(fc.integer({ min: minute, max: day }), fc.integer({ min: day, max: 3650 * day }))
  await context.forEvery('moved', far, Math.ceil(context.runs / 5), beyond)
}

/** A token whose time is over. */
export const expiredToken: Check = {
  ...shared,
  id: 'app-only.valid-token.expired',
  title: 'an expired user token buys no app-only token',
  sends:
    'valid requests with a user token as its issuer would have issued it earlier, past its end by more than the declared skew, up to ten years, each twice',
  owes: "a refusal of each, before the client's secret is used for a grant",
  attacks: ['BTE-14'],
  kills: [
    'broker.ignores-expiry-of-user-token',
    'broker.forgets-expiry-after-a-month',
    'broker.refuses-user-tokens-once',
  ],
  run: (context) => tryMoved(context, 'exp', 'expired'),
}

/** A token whose time has not come. */
export const earlyToken: Check = {
  ...shared,
  id: 'app-only.valid-token.early',
  title: 'a user token that is not yet valid buys no app-only token',
  sends:
    'valid requests with a user token as its issuer would issue it later, before its beginning by more than the declared skew, up to ten years, each twice',
  owes: "a refusal of each, before the client's secret is used for a grant",
  kills: [
    'broker.ignores-start-of-user-token',
    'broker.takes-user-tokens-before-tomorrow',
    'broker.refuses-user-tokens-once',
  ],
  run: (context) => tryMoved(context, 'nbf', 'not yet valid'),
}
