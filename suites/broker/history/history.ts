import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Shape } from '../../../fixtures/world/shapes.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { askAppOnly, inWords, peopleOf as bearersOf, validAppOnly } from '../app-only/request.ts'
import { answered, authorize, peopleOf, registeredGetsCode, validRequest } from '../authorize/request.ts'
import { partiesSignIn } from '../sign-in/request.ts'
import { fieldOf, handedBy, redeem, told, validRedeem } from '../token/request.ts'
import { play } from './play.ts'
import { tokenFor } from './redemption.ts'
import type { Stories } from './step.ts'
import { appOnlyStories, cast, histories, renewals, restarts, waits } from './step.ts'

/** Each thing that a history is made of works by itself, as far as the dialect speaks it. */
const everythingWorks = async (context: Context) => {
  await partiesSignIn(context)
  if (context.dialect.authorize === null) return
  await registeredGetsCode(context)
  const code = answered(await authorize(context, validRequest(context)), 'code') ?? ''
  const { client } = peopleOf(context)
  const redeemed = await tokenFor(context, { code, client, redirectUri: client.redirectUris[0] ?? '' })
  if (redeemed && !handedBy(redeemed)) throw new Inconclusive('control', `no token for a code: ${told(redeemed)}`)
}

const shape: Shape = {
  ...single,
  tenants: cast.tenants,
  partiesPerTenant: cast.parties,
  clientsPerTenant: cast.clients,
  usersPerTenant: cast.users,
}

/** What the checks here share: histories of some kinds, a part of the runs for each. */
const playing = (
  said: Pick<Check, 'id' | 'title' | 'sends' | 'owes' | 'kills' | 'needs'> &
    Partial<Pick<Check, 'attacks' | 'control'>>,
  stories: Stories,
  part = 10,
): Check => ({
  control: everythingWorks,
  clauses: ['realm.no-interference'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  ...said,
  async run(context) {
    for (const [about, some] of Object.entries(stories)) {
      await context.forEvery(about, some, Math.ceil(context.runs / part), (history) => play(context, history))
    }
  },
})

/** The whole broker against a model of it. */
export const anyHistory: Check = playing(
  {
    id: 'realm.no-interference.history',
    title: 'whatever is done in whatever order, nothing of one realm, client or person reaches another',
    sends:
      'histories of up to fourteen steps: people of two tenants sign in and out in three browsers, clients ask for codes, answers come late, codes are redeemed by their own and by other clients, and tokens renewed, at every node',
    owes: 'what a model of the documents predicts: who is seen, where a code comes, to whom a token is given, and of which realm',
    attacks: ['TEN-17'],
    needs: { capabilities: ['speaks:metadata'], shape, scope: 'slice' },
    kills: [
      'broker.answers-newest-request',
      'broker.answers-newest-redirect-uri',
      'broker.shares-sessions-among-tenants',
      'broker.takes-newest-of-sessions',
      'broker.posts-to-newest-party',
      'broker.serves-one-party-per-directory',
      'broker.renews-by-newest-token',
      'broker.renews-by-oldest-token',
    ],
  },
  { ...histories, ...renewals },
  8,
)

/** The bearers of users' tokens. */
export const appOnlyHistory: Check = playing(
  {
    id: 'realm.no-interference.app-only-history',
    title: 'whatever is done in whatever order, the token of a user gets app-only tokens of their own realm alone',
    sends:
      'histories of up to fourteen steps in which users of two tenants get tokens, also for SharePoint Online, and their own and other clients bring them for app-only tokens',
    owes: 'what a model of the documents predicts: an app-only token of the realm of the user and no other, and nothing where the realms differ',
    needs: {
      capabilities: ['app-only', 'oauth', 'speaks:redeem', 'speaks:appOnly', 'speaks:metadata'],
      shape: { ...shape, clientsPerTenant: 1, sharePointClientsPerTenant: 1 },
      scope: 'slice',
    },
    kills: ['broker.judges-user-tokens-once'],
    async control(context) {
      await everythingWorks(context)
      const { client } = bearersOf(context)
      const bought = handedBy(await redeem(context, await validRedeem(context, { client })))
      const token = fieldOf(bought, 'access_token')
      if (token === undefined) throw new Inconclusive('control', 'no access token came for the code of a user')
      const { outcome } = await askAppOnly(context, validAppOnly({ client }, token))
      if (outcome.is !== 'token') throw new Inconclusive('control', `no app-only token came: ${inWords(outcome)}`)
    },
  },
  appOnlyStories,
  3,
)

/** What is in memory is lost, and mistaken for nothing else. */
export const restartHistory: Check = playing(
  {
    id: 'realm.no-interference.restart-history',
    title: 'whatever is done before a restart and after it, nothing of one realm, client or person reaches another',
    sends:
      'histories of up to fourteen steps between which the target is restarted: what was begun before is finished after it, beside what is begun then',
    owes: 'what a model of the documents predicts; what was begun before a restart may be lost, and comes to nobody else',
    needs: { capabilities: ['restart', 'speaks:metadata'], shape, scope: 'exclusive' },
    kills: ['broker.numbers-requests-anew'],
  },
  restarts,
  5,
)

/** Time passes. */
export const waitHistory: Check = playing(
  {
    id: 'realm.no-interference.wait-history',
    title: 'however many hours pass between, nothing of one realm, client or person reaches another',
    sends:
      'histories of up to fourteen steps between which one to seven hours pass: within the life of a session of 8 hours and of a refresh token of 14 days',
    owes: 'what a model of the documents predicts; what lives shorter may be lost, and comes to nobody else',
    needs: { capabilities: ['clock', 'speaks:metadata'], shape, scope: 'exclusive' },
    kills: ['broker.forgets-tenants-of-old-sessions'],
  },
  waits,
  7,
)
