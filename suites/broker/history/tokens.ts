import type { Client } from '../../../fixtures/world/shapes.ts'
import { textOf, urlOf } from '../../../protocols/wire.ts'
import { isAppOnlyGrant, refusedAppOnly } from '../app-only/judgement.ts'
import { askAppOnly, inWords, validAppOnly } from '../app-only/request.ts'
import { owedToken } from '../token/judgement.ts'
import type { Redeemed } from '../token/request.ts'
import { fieldOf, handedBy, reachedParty, told } from '../token/request.ts'
import type { Bought, Issued } from './model.ts'
import { bearerAt, clientAt } from './model.ts'
import { claimedBy, renewalFor, tokenFor } from './redemption.ts'
import type { Of, Stage } from './stage.ts'
import { crossed, namesOf } from './stage.ts'

type Owed = { may: boolean; must: boolean }

/** A client redeems a code. */
export const redeem = async (stage: Stage, step: Of<'redeem'>): Promise<void> => {
  const { context, model } = stage
  const issued = model.issued[step.code % Math.max(1, model.issued.length)]
  if (issued === undefined) return
  const client = clientAt(context.slice, step.client)
  const redirectUri = uriOf(client, step.uri)
  const owed = model.redeems(issued, client, redirectUri)
  const redeemed = await tokenFor(context, { ...issued, client, redirectUri })
  if (redeemed) judge(stage, issued, redeemed, { ...owed, client, redirectUri, what: 'the code' })
}

/** A client renews by a refresh token. */
export const renew = async (stage: Stage, step: Of<'renew'>): Promise<void> => {
  const { context, model } = stage
  const bought = model.bought[step.token % Math.max(1, model.bought.length)]
  if (bought?.refreshToken === undefined) return
  const client = bearerAt(context.slice, step.client, bought)
  const redirectUri = uriOf(client, step.uri)
  const owed = model.renews(bought, client, redirectUri)
  const redeemed = await renewalFor(context, { refreshToken: bought.refreshToken, client, redirectUri })
  if (redeemed) judge(stage, bought, redeemed, { ...owed, client, redirectUri, what: 'the refresh token' })
}

const uriOf = ({ redirectUris }: Client, uri: number): string => redirectUris[uri % redirectUris.length] ?? ''

/** Holds what a token request brought against what is owed, and notes what was bought. */
const judge = (
  { context, model }: Stage,
  asked: Issued | Bought,
  redeemed: Redeemed,
  { may, must, client, redirectUri, what }: Owed & { client: Client; redirectUri: string; what: string },
): void => {
  const expected = may
    ? `a token of ${asked.client.tenant}`
    : `nothing for ${client.id}: ${what} is of ${asked.client.id}`
  const handed = must ? owedToken(redeemed, expected) : handedBy(redeemed)
  if (handed === undefined) return
  if (!may) throw crossed('token-crossed', expected, `a token, with the redirect URI ${redirectUri}`)
  if (!client.redirectUris.some((uri) => reachedParty(redeemed, handed, uri))) {
    throw crossed('token-elsewhere', expected, told(redeemed))
  }
  const said = claimedBy(handed.fields, context.slice)
  const foreign = said.tenants.find((tenant) => tenant !== asked.client.tenant)
  if (foreign !== undefined) throw crossed('another-realm', expected, `a token of ${foreign}`)
  const strangers = said.users.filter((one) => !asked.users.includes(one))
  if (strangers.length > 0) {
    throw crossed('another-user', `${expected} for ${namesOf(asked.users)}`, `one for ${namesOf(strangers)}`)
  }
  const [refreshToken, accessToken] = ['refresh_token', 'access_token'].map((name) => fieldOf(handed, name))
  const { browser, users } = asked
  model.bought.push({ client, redirectUri, browser, users, refreshToken, accessToken, spoiled: false, old: false })
}

/** A client asks for an app-only token with the access token of a user, which it may have from another one. */
export const askForAppOnly = async (
  { context, model }: Stage,
  { token, client: whose }: Of<'ask for app-only'>,
): Promise<void> => {
  const bought = model.bought[token % Math.max(1, model.bought.length)]
  if (bought?.accessToken === undefined || context.dialect.appOnly === null) return
  const client = bearerAt(context.slice, whose, bought)
  const { may, must } = model.grantsAppOnly(bought, client)
  const asked = await askAppOnly(context, validAppOnly({ client }, bought.accessToken))
  const what = `an app-only token of ${client.tenant} for the token of a user of ${bought.client.tenant}`
  if (!may) return refusedAppOnly(asked, what, 'realm.no-interference')
  if (must && asked.outcome.is === 'refusal') throw crossed('no-token', what, inWords(asked.outcome))
  const others = context.slice.tenants.filter(({ id }) => id !== client.tenant)
  const elsewhere = asked.sent
    .filter(isAppOnlyGrant)
    .find(({ request }) => others.some(({ id }) => (urlOf(request) + textOf(request)).includes(id)))
  if (elsewhere) throw crossed('another-realm', what, `a grant at ${urlOf(elsewhere.request)}`)
}
