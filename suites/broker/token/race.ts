import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { RedeemInput } from '../../../harness/dialects/dialect.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { firstOf, handedBy, redeemsWith, registeredRedeems, speaksRedeem, told, validRedeem } from './request.ts'
import type { Redeemed } from './request.ts'

type Tried = Pick<Redeemed, 'outcome' | 'journey'>

/** Sends token requests all at once, over the nodes in turn where there are several, and gives what became of each. */
const atOnce = async (context: Context, inputs: readonly RedeemInput[]): Promise<Tried[]> => {
  const { redeem } = context.dialect
  if (redeem === null || redeem === 'undriven') throw new TypeError('the dialect does not speak redeem')
  const callers = inputs.map((_, index) =>
    context.nodes > 1 ? context.browser().via(index % context.nodes) : context.browser(),
  )
  const done = await Promise.allSettled(
    inputs.map((input, index) => (callers[index] ?? context.browser()).go(redeem.request(input, context.at))),
  )
  return done.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return { journey: one.value, outcome: redeem.read(one.value) }
  })
}

/** How a caller differs from the party of the code. */
const strangers = (context: Context) => {
  const { client } = firstOf(context)
  const others = context.slice.clients.filter(({ id }) => id !== client.id)
  return fc.constantFrom<Partial<RedeemInput>>(
    { redirectUri: `https://stranger-${context.slice.tag}.test/callback` },
    { clientId: '00000000-0000-4000-8000-000000000000' },
    ...others.map(({ id, redirectUris }) => ({ clientId: id, redirectUri: redirectUris[0] ?? '' })),
    ...others.map(({ redirectUris }) => ({ redirectUri: redirectUris[0] ?? '' })),
  )
}

/** A request that comes while another one is answered is validated as every other is. */
export const onlyTheParty: Check = {
  id: 'token.unregistered-redirect.race',
  title: 'of many who redeem one code at once, nobody but its party obtains a token',
  sends:
    'a valid redemption and, at the same time, redemptions of its code by other clients and for other redirect URIs, over all nodes',
  owes: 'no token for any of the others, whatever becomes of the valid one',
  clauses: ['token.unregistered-redirect'],
  applies: redeemsWith('clientId', 'redirectUri'),
  needs: { capabilities: [], shape: { ...single, clientsPerTenant: 2 }, scope: 'slice' },
  kills: ['broker.shares-answers-by-code'],
  control: registeredRedeems,
  async run(context) {
    const races = fc.record({ others: fc.array(strangers(context), { minLength: 2, maxLength: 6 }), at: fc.nat(6) })
    await context.forEvery('races', races, Math.ceil(context.runs / 5), async ({ others, at }) => {
      const valid = await validRedeem(context)
      const wrong = others.map((change) => ({ ...valid, ...change }))
      const first = at % (wrong.length + 1)
      const all = await atOnce(context, [...wrong.slice(0, first), valid, ...wrong.slice(first)])
      const winner = all.find((one, index) => index !== first && handedBy(one))
      if (winner === undefined) return
      throw new Violation('token', {
        expected: `no token for a caller who is not the party of the code, among ${all.length} at once`,
        actual: told(winner),
      })
    })
  },
}

/** A code serves once (RFC 6749 section 4.1.2). */
export const oneTokenForACode: Check = {
  id: 'token.redeems.race',
  title: 'a code that many redeem at once buys one token at most',
  sends: 'two to eight valid redemptions of one code at the same time, over all nodes',
  owes: 'a token for one of them at most, since the token service takes each code once (RFC 6749 section 4.1.2)',
  clauses: ['token.redeems'],
  weaker: 'practice',
  applies: speaksRedeem,
  needs: { capabilities: [], shape: single, scope: 'slice' },
  kills: ['broker.shares-answers-by-party', 'broker.shares-answers-by-code'],
  control: registeredRedeems,
  async run(context) {
    const callers = fc.integer({ min: 2, max: 8 })
    await context.forEvery('callers', callers, Math.ceil(context.runs / 10), async (count) => {
      const valid = await validRedeem(context)
      const all = await atOnce(
        context,
        Array.from({ length: count }, () => valid),
      )
      const winners = all.filter((one) => handedBy(one))
      if (winners.length <= 1) return
      throw new Violation('many-tokens', {
        expected: `one token at most for ${count} redemptions of one code`,
        actual: `${winners.length} of them obtained one`,
      })
    })
  },
}
