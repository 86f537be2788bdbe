import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { grantsOf } from './grants.ts'
import { refusalSeen } from './judgement.ts'
import type { Redeemed } from './request.ts'
import { byCode, firstOf, handedBy, reachedParty, redeemsWith, registeredRedeems, sentBack, shareOf, stateOf, told, waysOf } from './request.ts' // prettier-ignore

/**
 * Judges that State chose nothing: whatever was granted was for the client of ClientId, and a token reached who asked, or
 * the redirect URI of RedirectUri. What the sources leave open, whether a State that disagrees is refused, is told and no more.
 */
const choseNothing = (context: Context, redeemed: Redeemed, state: string) => {
  const { client } = firstOf(context)
  const [redirectUri = ''] = client.redirectUris
  const fail = (kind: string, actual: string) =>
    new Violation(kind, { expected: `a refusal, or a token for ${client.id} at ${redirectUri}, with State ${JSON.stringify(state)}`, actual }) // prettier-ignore
  const foreign = grantsOf(redeemed).find(({ id }) => id !== client.id)
  if (foreign) throw fail('other-client', `a grant for client ${foreign.id}; ${told(redeemed)}`)
  const handed = handedBy(redeemed)
  if (handed) {
    if (!reachedParty(redeemed, handed, redirectUri)) throw fail('token-elsewhere', told(redeemed))
    return
  }
  if (sentBack(redeemed, redirectUri) === undefined) {
    if (redeemed.outcome.is === 'redirect' || redeemed.outcome.is === 'form-post') throw fail('sent-away', told(redeemed)) // prettier-ignore
    refusalSeen(context, redeemed)
  }
  context.note(
    'refuses a token request whose State disagrees with RedirectUri or ClientId; the sources leave that open',
  )
}

/** States that disagree with the rest of the request, by form. */
const statesOf = (context: Context): Record<string, fc.Arbitrary<string>> => {
  const { client } = firstOf(context)
  const [own = '', ...more] = client.redirectUris
  const others = context.slice.clients.filter(({ id }) => id !== client.id)
  const parties = fc.constantFrom(...others.flatMap(({ id, redirectUris }) => redirectUris.map((uri) => ({ id, uri }))))
  const uris = fc.constantFrom(...more, ...others.flatMap(({ redirectUris }) => redirectUris))
  const stranger = label.map((word) => `https://${word}.stranger-${context.slice.tag}.test/callback`)
  const place = fc.oneof(uris, stranger)
  return {
    'other-uri': place.map((uri) => stateOf(client, uri)),
    'other-client': parties.map((party) => stateOf(party, party.uri)),
    'client-again': parties.map(({ id }) => `${stateOf(client, own)}|cid=${id}`),
    'uri-again': place.map((uri) => `${stateOf(client, own)}|uri=${uri}`),
    'in-front': parties.map(({ id, uri }) => `cid=${id}|uri=${uri}|${stateOf(client, own)}`),
    behind: parties.map(({ id, uri }) => `${stateOf(client, own)}|uri=${uri}|cid=${id}`),
    'encoded-twice': parties.map((party) => encodeURIComponent(stateOf(party, party.uri))),
    delimiters: parties.map(({ id, uri }) => `${stateOf(client, own)}&ClientId=${id}&RedirectUri=${uri}`),
  }
}

/** Neither client nor destination. */
export const neverChooses: Check = {
  id: 'token.state-never-chooses.disagreeing',
  title: 'a State that disagrees with ClientId and RedirectUri chooses neither client nor destination',
  sends:
    "redemptions and renewals, valid but for a State that names another registered URI, a stranger's, another client, or one of these beside the right ones",
  owes: 'a refusal, or the token at the party of RedirectUri and ClientId',
  clauses: ['token.state-never-chooses'],
  applies: redeemsWith('state'),
  needs: { capabilities: [], shape: { ...single, tenants: 2, clientsPerTenant: 2 }, scope: 'slice' },
  kills: [
    'broker.takes-client-from-state',
    'broker.takes-party-from-the-front-of-state',
    'broker.posts-tokens-to-state',
    'broker.posts-tokens-to-the-end-of-state',
  ],
  control: registeredRedeems,
  async run(context) {
    const { client } = firstOf(context)
    const [, second = ''] = client.redirectUris
    const other = context.slice.clients.find(({ id }) => id !== client.id)
    const attempt = byCode(context)
    const samples = [
      stateOf(client, second),
      stateOf(client, `https://stranger-${context.slice.tag}.test/callback`),
      stateOf({ id: other?.id ?? '' }, other?.redirectUris[0] ?? ''),
      '',
      `state-${context.slice.tag}`,
    ]
    await context.each(samples, async (state) => choseNothing(context, await attempt({ state }), state))
    const ways = await waysOf(context, 'state')
    const forms = Object.entries(statesOf(context)).flatMap(([form, states]) => ways.map(([name, way]) => ({ name: `${form}-${name}`, states, way }))) // prettier-ignore
    for (const [index, { name, states, way }] of forms.entries()) {
      await context.forEvery(name, states, shareOf(context.runs, forms.length, index), async (state) =>
        choseNothing(context, await way({ state }), state),
      )
    }
  },
}
