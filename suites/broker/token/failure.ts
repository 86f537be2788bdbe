import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { textOf } from '../../../protocols/wire.ts'
import { grantsOf } from './grants.ts'
import { obtainsNothing } from './judgement.ts'
import type { Redeemed } from './request.ts'
import { firstOf, handedBy, redeem, registeredRedeems, renew, sentBack, shareOf, speaksRedeem, told, validRedeem, validRenew, waysOf } from './request.ts' // prettier-ignore

/** What a token endpoint said of its refusal (RFC 6749 section 5.2): any part of it will do as a detail. */
const saidBy = ({ sent }: Redeemed): string[] => {
  const text = sent.map(({ response }) => (response ? textOf(response) : '')).join('\n')
  const field = (name: string) => [...text.matchAll(new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]+)`, 'g'))].map(([, said = '']) => said) // prettier-ignore
  return [...field('error'), ...(text.match(/AADSTS\d+/g) ?? []), ...field('error_description')]
}

/** Whether the target has asked nobody for a token, as it may where nothing is documented: no failure upstream is its own. */
const makesItsOwn = ({ dialect }: Context, redeemed: Redeemed): boolean =>
  !dialect.documented && grantsOf(redeemed).length === 0

/**
 * Judges how a failure of the token endpoint is told: no token, row 11, the details of the error, and nothing secret.
 *
 * @throws Violation of kind `wording`, `no-details` or `secret`, and as a request that has to be refused
 */
const toldAsRow11 = (context: Context, redeemed: Redeemed, what: string) => {
  const { dialect, slice } = context
  if (handedBy(redeemed)) obtainsNothing(redeemed, what)
  const { outcome } = redeemed
  const back = sentBack(redeemed, firstOf(context).client.redirectUris[0] ?? '')
  if (back === undefined && (outcome.is === 'redirect' || outcome.is === 'form-post')) {
    throw new Violation('sent-away', { expected: `${what} told to the party`, actual: told(redeemed) })
  }
  const text = outcome.is === 'refusal' ? outcome.text : back?.map(([, value]) => value).join('\n')
  if (text === undefined) throw new Inconclusive('unreadable', `${told(redeemed)}: give the dialect the wording of a refusal`) // prettier-ignore
  const fail = (kind: string, expected: string) => new Violation(kind, { expected, actual: told(redeemed) })
  const secret = slice.clients.find((one) => text.includes(one.secret))
  if (secret) throw fail('secret', 'no client secret in the message')
  const wording = dialect.wording['token-request']
  if (wording === undefined)
    return context.note('the dialect leaves the wording open: only the refusal itself was judged')
  if (back && !text.includes(wording)) {
    throw new Inconclusive('unreadable', `${told(redeemed)}, and nothing there reads as "${wording}"`)
  }
  if (!text.includes(wording)) throw fail('wording', `error row 11, "${wording}"`)
  const said = saidBy(redeemed)
  if (said.length > 0 && !said.some((part) => text.includes(part))) {
    throw fail('no-details', `details of the error in the message, such as ${said.slice(0, 2).join(' or ')}`)
  }
}

/** Codes that nobody issued, short and long. */
const inventions = fc.oneof(
  fc.uuid(),
  fc.array(fc.uuid(), { minLength: 10, maxLength: 20 }).map((parts) => parts.join('-')),
)

/** What a token endpoint refuses is told by row 11. */
export const relaysFailure: Check = {
  id: 'token.relays-failure.details',
  title: 'an error of the token endpoint is told by row 11 with its details, and without secrets',
  sends:
    'redemptions of codes that nobody issued, that are spent or have expired, renewals by invented refresh tokens, and a token endpoint that fails',
  owes: '"An error occurred while processing a token request" with what the token endpoint said, and no secret',
  clauses: ['token.relays-failure'],
  applies: speaksRedeem,
  needs: { capabilities: [], shape: single, scope: 'slice' },
  kills: [
    'broker.omits-what-token-endpoint-said',
    'broker.omits-what-token-endpoint-said-of-renewals',
    'broker.tells-secrets',
    'broker.tells-secrets-with-long-codes',
  ],
  control: registeredRedeems,
  async run(context) {
    const { tag } = context.slice
    await context.each([`invented-${tag}`], async (code) =>
      toldAsRow11(context, await redeem(context, { ...(await validRedeem(context)), code }), 'an invented code'),
    )
    await context.each(['spent'], async () => {
      const valid = await validRedeem(context)
      await redeem(context, valid)
      toldAsRow11(context, await redeem(context, valid), 'a spent code')
    })
    const under = async (mode: HostileModeId, early: boolean) => {
      if (early) context.hostile(mode)
      const valid = await validRedeem(context)
      context.hostile(mode)
      const redeemed = await redeem(context, valid)
      context.hostile()
      if (handedBy(redeemed) && makesItsOwn(context, redeemed))
        return context.note('hands out tokens without asking a token endpoint, which cannot fail then')
      toldAsRow11(context, redeemed, mode)
    }
    await context.each(['idp.issues-expired-code'] as const, (mode) => under(mode, true))
    await context.each(['idp.token-endpoint-fails'] as const, (mode) => under(mode, false))
    const ways = await waysOf(context)
    for (const [index, [name]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, inventions, share, async (given) =>
        toldAsRow11(
          context,
          name === 'code'
            ? await redeem(context, { ...(await validRedeem(context)), code: given })
            : await renew(context, { ...(await validRenew(context)), refreshToken: given }),
          `an invented ${name}`,
        ),
      )
    }
  },
}
