import * as fc from 'fast-check'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { buysNothing } from './judgement.ts'
import type { People } from './request.ts'
import {
  askAppOnly,
  inWords,
  needsOf,
  peopleOf,
  redeems,
  tokensOf,
  userGetsAppOnly,
  userTokenOf,
  validAppOnly,
} from './request.ts'
import { saidIn } from './tokens.ts'

const shared = {
  clauses: ['app-only.user-not-app'],
  owes: "a refusal of each, before the client's secret is used for a grant",
  attacks: ['BTE-14'],
  applies: redeems,
  needs: needsOf(),
  control: userGetsAppOnly,
} as const

/** The app-only token that the token of a user gets. */
const appOnlyTokenOf = async (context: Context, people: People): Promise<string> => {
  const { outcome } = await askAppOnly(context, validAppOnly(people, await userTokenOf(context, people)))
  const token = outcome.is === 'token' ? (outcome.body as Record<string, unknown>)['access_token'] : undefined
  if (typeof token === 'string') return token
  throw new Inconclusive('undelivered', `the token of a user got no app-only token: ${inWords(outcome)}`)
}

/** What an app-only token need not say; who it is, and for whom, is left. */
const mayBeLeftOut = [
  'idtyp',
  'roles',
  'appidacr',
  'idp',
  'rh',
  'uti',
  'ver',
  'trustedfordelegation',
  'identityprovider',
]

/** The same app's own token, which is of the same issuer, realm and audience. */
export const appToken: Check = {
  ...shared,
  id: 'app-only.user-not-app.app-token',
  title: 'an app-only token buys no app-only token',
  sends:
    'valid requests with an app-only token of the same client in the place of the user token, as it was issued, and less some claims that an issuer may leave out',
  kills: ['broker.takes-any-token-of-issuer', 'broker.tells-apps-by-optional-claims'],
  async run(context) {
    const people = peopleOf(context)
    const token = await appOnlyTokenOf(context, people)
    await context.each(['as issued'], () => buysNothing(context, people, token, 'an app-only token'))
    await context.forEvery('less', fc.subarray(mayBeLeftOut), Math.ceil(context.runs / 2), async (names) => {
      const claims = Object.fromEntries(names.map((name) => [name, undefined]))
      const less = await context.forges(token, { claims, signed: { by: 'issuer' } })
      await buysNothing(context, people, less, `an app-only token without ${names.join(', ')}`)
    })
  },
}

/** What tells a client who the user is, and an API nothing. */
export const idToken: Check = {
  ...shared,
  id: 'app-only.user-not-app.id-token',
  title: 'the id token of a user buys no app-only token',
  sends:
    'valid requests with an id token: that which came with the user token, if one did, and what the issuer of the user token would say to the client of the user, with and without a nonce, and for the API beside',
  kills: ['broker.takes-any-token-of-issuer', 'broker.takes-id-tokens-for-access'],
  async run(context) {
    const people = peopleOf(context)
    const { access_token: access, id_token: id } = await tokensOf(context, people)
    if (typeof access !== 'string') throw new Inconclusive('undelivered', 'the access token is no text')
    const said = saidIn(access)
    const ofAccess = Object.fromEntries(
      ['scp', 'actor', 'appid', 'appidacr', 'idtyp', 'acr', 'roles'].map((name) => [name, undefined]),
    )
    const toClient = (more: Record<string, unknown>) =>
      context.forges(access, { claims: { ...ofAccess, aud: people.client.id, ...more }, signed: { by: 'issuer' } })
    const nonce = context.slice.tag
    const both = { aud: [people.client.id, said['aud']], azp: people.client.id }
    const forms = [
      ...(typeof id === 'string' ? [id] : []),
      await toClient({}),
      await toClient({ nonce }),
      await toClient({ nonce, ...both }),
    ]
    await context.each(
      forms.map((_, index) => index),
      (index) => buysNothing(context, people, forms[index] ?? '', 'an id token'),
    )
  },
}

/** What buys tokens, and is none. */
export const refreshToken: Check = {
  ...shared,
  id: 'app-only.user-not-app.refresh-token',
  title: 'the refresh token of a user buys no app-only token',
  sends: 'a valid request with the refresh token that came with the user token in the place of that',
  kills: ['broker.takes-opaque-user-tokens'],
  async run(context) {
    const people = peopleOf(context)
    const { refresh_token: token } = await tokensOf(context, people)
    if (typeof token !== 'string')
      throw new Inconclusive('undelivered', 'the target hands out no refresh token that could be sent')
    await context.each(['as issued'], () => buysNothing(context, people, token, 'a refresh token'))
  },
}
