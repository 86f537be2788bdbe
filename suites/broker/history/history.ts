import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { answered, authorize, peopleOf, registeredGetsCode, validRequest } from '../authorize/request.ts'
import { metadataOf, partiesSignIn, trustOf } from '../sign-in/request.ts'
import { handedBy, told } from '../token/request.ts'
import { play } from './play.ts'
import { tokenFor } from './redemption.ts'
import { cast, histories } from './step.ts'

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

/** The whole broker against a model of it. */
export const anyHistory: Check = {
  id: 'realm.no-interference.history',
  title: 'whatever is done in whatever order, nothing of one realm, client or person reaches another',
  sends:
    'histories of up to fourteen steps: people of two tenants sign in and out in three browsers, clients ask for codes, answers come late, codes are redeemed by their own and by other clients, at every node',
  owes: 'what a model of the documents predicts: who is seen, where a code comes, to whom a token is given, and of which realm',
  clauses: ['realm.no-interference'],
  attacks: ['TEN-17'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: {
    capabilities: ['speaks:metadata'],
    shape: {
      ...single,
      tenants: cast.tenants,
      partiesPerTenant: cast.parties,
      clientsPerTenant: cast.clients,
      usersPerTenant: cast.users,
    },
    scope: 'slice',
  },
  kills: [
    'broker.answers-newest-request',
    'broker.answers-newest-redirect-uri',
    'broker.shares-sessions-among-tenants',
    'broker.takes-newest-of-sessions',
    'broker.posts-to-newest-party',
    'broker.serves-one-party-per-directory',
  ],
  control: everythingWorks,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    for (const [about, stories] of Object.entries(histories)) {
      const share = Math.ceil(context.runs / 10)
      await context.forEvery(about, stories, share, (history) => play(context, trust, history))
    }
  },
}
