import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { almost } from '../authorize/client.ts'
import { refused } from './judgement.ts'
import type { Redeemed } from './request.ts'
import { byCode, firstOf, redeemsWith, registeredRedeems, shareOf, told, waysOf } from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const
const clauses = ['token.unknown-client'] as const

/** An unknown client is told by either of two texts, where the dialect knows them. */
const blamesClient = ({ dialect: { wording, documented } }: Context, redeemed: Redeemed) => {
  const texts = [wording.invalid_client_id, wording['token-request'], 'invalid_client_id', 'invalid_client']
  const { outcome } = redeemed
  if (!documented || wording.invalid_client_id === undefined || outcome.is !== 'refusal') return
  if (texts.some((text) => text !== undefined && outcome.text.includes(text))) return
  throw new Violation('wording', { expected: 'error row 11, or invalid_client_id', actual: told(redeemed) })
}

/** Client ids of nobody, short and long. */
const strangers = fc.oneof(
  fc.uuid(),
  fc.array(fc.uuid(), { minLength: 2, maxLength: 6 }).map((ids) => ids.join('-')),
)

/** A client that nobody knows. */
export const unknownClient: Check = {
  id: 'token.unknown-client.stranger',
  title: 'a token request of a client that nobody knows is refused, and nothing is asked upstream',
  sends:
    'redemptions and renewals, valid but for a ClientId that is unknown, and redemptions whose ClientId is empty or missing',
  owes: 'error row 11 or invalid_client_id; no token, and no grant at any token endpoint',
  clauses,
  applies: redeemsWith('clientId'),
  needs,
  kills: [
    'broker.redeems-for-unknown-clients',
    'broker.blames-version-for-clients',
    'broker.blames-version-for-long-client-ids',
    'broker.redeems-for-strangers-as-first-client',
  ],
  control: registeredRedeems,
  async run(context) {
    const unknown = ['00000000-0000-4000-8000-000000000000', `stranger-${context.slice.tag}`]
    const attempt = byCode(context)
    await context.each<string | readonly string[]>([...unknown, '', []], async (clientId) => {
      const redeemed = await attempt({ clientId })
      refused(context, redeemed, `ClientId ${JSON.stringify(clientId)}`)
      if (unknown.includes(String(clientId))) blamesClient(context, redeemed)
    })
    const ways = await waysOf(context, 'clientId')
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, strangers, share, async (clientId) => {
        const redeemed = await way({ clientId })
        refused(context, redeemed, `ClientId ${clientId}`)
        blamesClient(context, redeemed)
      })
    }
  },
}

/** No client id that is almost a known one. */
export const nearClient: Check = {
  id: 'token.unknown-client.near-miss',
  title: 'no ClientId that is almost a known one obtains a token',
  sends: 'redemptions whose ClientId differs in a digit, is cut, longer, a pattern or quoted',
  owes: 'a refusal for every one of them, and no grant at any token endpoint',
  clauses,
  applies: redeemsWith('clientId'),
  needs,
  kills: [
    'broker.redeems-for-clients-by-half',
    'broker.redeems-for-unknown-clients',
    'broker.redeems-for-strangers-as-first-client',
  ],
  control: registeredRedeems,
  async run(context) {
    const attempt = byCode(context)
    const { id } = firstOf(context).client
    await context.each([id.slice(0, -1), `${id}0`], async (clientId) =>
      refused(context, await attempt({ clientId }), `ClientId ${JSON.stringify(clientId)}`),
    )
    const forms = Object.entries(almost(id))
    for (const [index, [name, ids]] of forms.entries()) {
      await context.forEvery(name, ids, shareOf(context.runs, forms.length, index), async (clientId) =>
        refused(context, await attempt({ clientId }), `ClientId ${JSON.stringify(clientId)}`),
      )
    }
  },
}

/** A client that signs in, and has no business here. */
export const signInOnly: Check = {
  id: 'authorize.client-not-oauth.token',
  title: 'a client that is not configured for OAuth obtains no token',
  sends:
    'redemptions and renewals, valid but for client and RedirectUri: those of a client that is known, but not configured for OAuth',
  owes: 'a refusal, and no grant at any token endpoint',
  clauses: ['authorize.client-not-oauth'],
  applies: redeemsWith('clientId'),
  needs: { capabilities: ['speaks:redeem'], shape: { ...single, signInClientsPerTenant: 1 }, scope: 'slice' },
  kills: ['broker.redeems-for-sign-in-clients', 'broker.renews-for-sign-in-clients'],
  control: registeredRedeems,
  async run(context) {
    const barred = context.slice.clients
      .filter(({ oauth }) => !oauth)
      .flatMap(({ id, redirectUris, resource }) =>
        redirectUris.map((redirectUri) => ({ clientId: id, redirectUri, resource })),
      )
    const attempt = byCode(context)
    await context.each(barred, async (change) =>
      refused(context, await attempt(change), 'a client that is not configured for OAuth'),
    )
    const ways = await waysOf(context, 'clientId')
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 5), ways.length, index)
      await context.forEvery(name, fc.constantFrom(...barred), share, async (change) =>
        refused(context, await way(change), 'a client that is not configured for OAuth'),
      )
    }
  },
}
