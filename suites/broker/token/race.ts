import * as fc from 'fast-check'
import type { Client } from '../../../fixtures/world/shapes.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { RedeemInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { atOnce } from './at-once.ts'
import { grantsOf } from './grants.ts'
import { firstOf, handedBy, redeemsWith, registeredRedeems, speaksRedeem, told, validRedeem } from './request.ts'
import type { Redeemed } from './request.ts'

type Tried = Pick<Redeemed, 'outcome' | 'journey'>

/** Sends token requests all at once, and gives what became of each. */
const redeemAtOnce = async (context: Context, inputs: readonly RedeemInput[]): Promise<Tried[]> => {
  const { redeem } = context.dialect
  if (redeem === null || redeem === 'undriven') throw new TypeError('the dialect does not speak redeem')
  const journeys = await atOnce(
    context,
    inputs.map((input) => redeem.request(input, context.at)),
  )
  return journeys.map((journey) => ({ journey, outcome: redeem.read(journey) }))
}

/** The clients of the slice for which none of these requests may be granted: each is for a redirect URI that is not theirs. */
const refusedClients = ({ slice }: Context, inputs: readonly RedeemInput[]): Client[] =>
  slice.clients.filter(
    ({ id, redirectUris }) =>
      !inputs.some(
        ({ clientId, redirectUri }) =>
          [clientId].flat().includes(id) && [redirectUri].flat().some((uri) => redirectUris.includes(uri)),
      ),
  )

/** Judges a grant, now or when all are answered, of a client for which every request has to be refused. */
const grantsNothingTo = (context: Context, clients: readonly Client[], code: string, sent: readonly Exchange[]) => {
  const accuses = (exchanges: readonly Exchange[]) => {
    const grant = grantsOf({ sent: exchanges, given: [code], clients: [] }).find(({ id }) =>
      clients.some((client) => client.id === id.split('@', 1)[0]),
    )
    return (
      grant &&
      new Violation('granted', {
        expected: 'no grant for a client whose every redemption of the code has to be refused',
        actual: `a grant at ${grant.path} for client ${grant.id}`,
      })
    )
  }
  const violation = accuses(sent)
  if (violation) throw violation
  context.afterwards(code, (exchange) => accuses([exchange]))
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
    ...others.map(({ id }) => ({ clientId: id })),
  )
}

/** A request that comes while another one is answered is validated as every other is. */
export const onlyTheParty: Check = {
  id: 'token.unregistered-redirect.race',
  title: 'of many who redeem one code at once, nobody but its party obtains a token',
  sends:
    'a valid redemption and, at the same time, redemptions of its code by other clients and for other redirect URIs, over all nodes',
  owes: 'no token for any of the others, and no grant for a client none of whose requests is valid, then or once all are answered, whatever becomes of the valid one',
  clauses: ['token.unregistered-redirect'],
  applies: redeemsWith('clientId', 'redirectUri'),
  needs: { capabilities: [], shape: { ...single, clientsPerTenant: 2 }, scope: 'slice' },
  kills: ['broker.shares-answers-by-code', 'broker.grants-without-awaiting'],
  control: registeredRedeems,
  async run(context) {
    const races = fc.record({ others: fc.array(strangers(context), { minLength: 2, maxLength: 6 }), at: fc.nat(6) })
    await context.forEvery('races', races, Math.ceil(context.runs / 5), async ({ others, at }) => {
      const valid = await validRedeem(context)
      const wrong = others.map((change) => ({ ...valid, ...change }))
      const first = at % (wrong.length + 1)
      const inputs = [...wrong.slice(0, first), valid, ...wrong.slice(first)]
      const before = context.fromTarget().length
      const all = await redeemAtOnce(context, inputs)
      grantsNothingTo(context, refusedClients(context, inputs), valid.code, context.fromTarget().slice(before))
      const losing = all.toSpliced(first, 1)
      const winner = losing.find((one) => handedBy(one))
      if (winner !== undefined)
        throw new Violation('token', {
          expected: `no token for a caller who is not the party of the code, among ${all.length} at once`,
          actual: told(winner),
        })
      /** A broker that is too busy for some has still refused the others. */
      const [one] = losing
      if (one !== undefined && losing.every(({ outcome }) => outcome.is !== 'refusal'))
        throw new Inconclusive('unreadable', `of ${losing.length} at once none was refused, but for one came: ${told(one)}`) // prettier-ignore
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
      const all = await redeemAtOnce(
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
