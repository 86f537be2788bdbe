import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { textOf } from '../../../protocols/wire.ts'
import { grantsOf, valueIn, wrongIn } from './grants.ts'
import { owedToken, readable } from './judgement.ts'
import type { Redeemed } from './request.ts'
import {
  clientsOf,
  fieldOf,
  firstOf,
  reachedParty,
  redeem,
  registeredRedeems,
  speaksRedeem,
  told,
  validRedeem,
} from './request.ts'

const needs = {
  capabilities: [],
  shape: { ...single, tenants: 2, clientsPerTenant: 2 },
  scope: 'slice',
} as const

/** Which of the slice's clients asks, for which of its redirect URIs, and what else stands in its request. */
const requests = fc.record({
  client: fc.nat(3),
  uri: fc.nat(3),
  more: fc.array(
    fc.tuple(
      fc.constantFrom('code', 'redirect_uri', 'client_id', 'client_secret', 'grant_type'),
      fc.string({ unit: fc.constantFrom(...'abc:/.'), maxLength: 12 }),
    ),
    { maxLength: 2 },
  ),
})

const picked = (context: Context, { client: at, uri }: { client: number; uri: number }) => {
  const all = clientsOf(context)
  const client = all[at % all.length]?.client ?? firstOf(context).client
  return { client, redirectUri: client.redirectUris[uri % client.redirectUris.length] ?? '' }
}

type Picked = ReturnType<typeof picked>

/** Redeems a code for a redirect URI of a client, and gives it with what came of it. */
const redeemFor = async (context: Context, wanted: Picked, more: [string, string][] = []) => {
  const input = await validRedeem(context, wanted)
  return { code: input.code, redeemed: await redeem(context, { ...input, more }) }
}

const everyUri = (context: Context): Picked[] =>
  clientsOf(context).flatMap(({ client }) => client.redirectUris.map((redirectUri) => ({ client, redirectUri })))

const requireGrant = (
  context: Context,
  { client, redirectUri }: Picked,
  code: string,
  redeemed: Redeemed,
  more: number,
) => {
  const expected = `a grant for ${client.id} at its own token endpoint, with its secret, the broker's redirect URI and the code that came to ${redirectUri}`
  const grants = grantsOf(redeemed)
  if (grants.length === 0 && more > 0 && redeemed.outcome.is === 'refusal') {
    return context.note('refuses a token request with fields beside, which is lawful')
  }
  if (grants.length === 0) {
    readable(redeemed)
    throw new Violation('no-grant', { expected, actual: `none; ${told(redeemed)}` })
  }
  for (const grant of grants) {
    const wrong = wrongIn(context, grant, client)
    if (wrong !== undefined) {
      throw new Violation(`wrong-${wrong}`, {
        expected,
        actual: `a grant at ${grant.path} for ${grant.id}, in which the ${wrong} is another`,
      })
    }
  }
  if (!grants.some((grant) => valueIn(grant, 'code') === code)) {
    throw new Violation('wrong-code', { expected, actual: 'a grant for another code, or for several' })
  }
}

/** Where the code goes. */
export const grant: Check = {
  id: 'token.redeems.grant',
  title: "a code is redeemed at its client's token endpoint with the configured secret and the broker's redirect URI",
  sends: 'a valid redemption for each redirect URI of several clients in two tenants, and some with fields beside',
  owes: "a grant at the client's own token endpoint, with its own id and secret, the code, and the broker's redirect URI",
  clauses: ['token.redeems'],
  applies: (dialect, declared) =>
    speaksRedeem(dialect, declared) ?? (dialect.documented ? undefined : 'dialect.documented'),
  needs,
  kills: ['broker.redeems-for-first-uri-only', 'broker.sends-both-redirect-uris'],
  control: registeredRedeems,
  async run(context) {
    await context.each(everyUri(context), async (wanted) => {
      const { code, redeemed } = await redeemFor(context, wanted)
      requireGrant(context, wanted, code, redeemed, 0)
    })
    await context.forEvery('requests', requests, Math.ceil(context.runs / 2), async ({ more, ...choice }) => {
      const wanted = picked(context, choice)
      const { code, redeemed } = await redeemFor(context, wanted, more)
      requireGrant(context, wanted, code, redeemed, more.length)
    })
  },
}

/** The access tokens that the token endpoint handed out because of a request. */
const issuedTo = ({ sent }: Redeemed): string[] =>
  sent.flatMap(({ response }) => {
    const [, token] = /"access_token"\s*:\s*"([^"]+)"/.exec(response ? textOf(response) : '') ?? []
    return token === undefined ? [] : [token]
  })

/** Where the token goes. */
export const handsOver: Check = {
  id: 'token.redeems.hands-over',
  title: 'the token that the token endpoint issued reaches the party that asked, and nobody else',
  sends: 'a valid redemption for each redirect URI of several clients in two tenants',
  owes: 'the very access token in the answer, or posted to the redirect URI that the request names',
  clauses: ['token.redeems'],
  applies: speaksRedeem,
  needs,
  kills: [
    'broker.redeems-for-first-uri-only',
    'broker.posts-tokens-to-first-uri',
    'broker.hands-over-tokens-of-its-own',
    'broker.truncates-tokens-of-long-uris',
  ],
  control: registeredRedeems,
  async run(context) {
    const requireToken = async (wanted: Picked) => {
      const { redeemed } = await redeemFor(context, wanted)
      const expected = `the token in the answer, or posted to ${wanted.redirectUri}`
      const handed = owedToken(redeemed, expected)
      if (!reachedParty(redeemed, handed, wanted.redirectUri)) {
        throw new Violation('token-elsewhere', { expected, actual: told(redeemed) })
      }
      const token = fieldOf(handed, 'access_token')
      if (context.dialect.documented && !issuedTo(redeemed).some((one) => one === token)) {
        throw new Violation('another-token', {
          expected: 'the access token that the token endpoint issued',
          actual: 'another text in its place',
        })
      }
    }
    await context.each(everyUri(context), requireToken)
    await context.forEvery('requests', requests, Math.ceil(context.runs / 2), (choice) =>
      requireToken(picked(context, choice)),
    )
  },
}
