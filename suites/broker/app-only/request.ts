import { single } from '../../../fixtures/world/slice.ts'
import type { Client, Shape, User } from '../../../fixtures/world/shapes.ts'
import type { AppOnlyInput, Dialect, Outcome } from '../../../harness/dialects/dialect.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { decodeForm, valuesOf } from '../../../protocols/form.ts'
import { textOf } from '../../../protocols/wire.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'
import { answered, askedBy, describe, requestOf } from '../authorize/request.ts'
import { atOnce } from '../token/at-once.ts'

/** A client and a user of one tenant. */
export type People = { client: Client; user: User }

/** What came of a request for an app-only token, and what the target sent to a mock meanwhile, but for its own application. */
export type AskedAppOnly = { outcome: Outcome; sent: readonly Exchange[] }

/** What every check here asks for; a shape may ask for more. */
export const needsOf = (more: Partial<Shape> = {}): Check['needs'] => ({
  capabilities: ['oauth', 'speaks:redeem'],
  shape: { ...single, sharePointClientsPerTenant: 1, ...more },
  scope: 'slice',
})

/** The user's token comes by the documented way, which the dialect must speak to its end. */
export const redeems = ({ redeem }: Dialect): string | undefined =>
  redeem === null || redeem === 'undriven' ? 'dialect.redeem' : undefined

/** Every client for SharePoint of the slice with every user of its tenant. */
export const everyPeople = ({ slice: { clients, users } }: Context): People[] =>
  clients
    .filter(({ tokenService }) => tokenService === 'acs')
    .flatMap((client) => users.filter(({ tenant }) => tenant === client.tenant).map((user) => ({ client, user })))

/** The first client for SharePoint of the slice with a user. */
export const peopleOf = (context: Context): People => {
  const [first] = everyPeople(context)
  if (first === undefined) throw new TypeError('the slice has no client with a user')
  return first
}

/**
 * What a user's code buys a client: signed in, and redeemed in the documented form, as a party does it.
 *
 * @throws Inconclusive when no token comes of it
 */
export const tokensOf = async (context: Context, { client, user }: People): Promise<Record<string, unknown>> => {
  const { redeem } = context.dialect
  if (redeem === null || redeem === 'undriven') throw new TypeError('the dialect does not speak redeem')
  const { id: clientId, resource, redirectUris } = client
  const redirectUri = redirectUris[0] ?? ''
  const state = `uri=${redirectUri}|cid=${clientId}`
  const request = requestOf(context, { clientId, redirectUri, responseType: 'code', resource, state })
  const asked = askedBy(context, await context.browser().go(request, user))
  const code = answered(asked, 'code')
  if (code === undefined) throw new Inconclusive('undelivered', `the user got no code: ${describe(asked)}`)
  const hops = await context.browser().go(redeem.request({ code, state, clientId, redirectUri, resource }, context.at))
  const outcome = redeem.read(hops)
  if (outcome.is === 'token') return outcome.body as Record<string, unknown>
  throw new Inconclusive('undelivered', `the code of the user bought no token: ${inWords(outcome)}`)
}

/** The access token of a user, from the target itself. */
export const userTokenOf = async (context: Context, people: People): Promise<string> => {
  const { access_token: token } = await tokensOf(context, people)
  if (typeof token === 'string') return token
  throw new Inconclusive('undelivered', 'the code of the user bought an access_token that is no text')
}

/** The known-good request of a client, with this token. */
export const validAppOnly = ({ client }: Pick<People, 'client'>, token: AppOnlyInput['token']): AppOnlyInput => ({
  token,
  clientId: client.id,
  realm: client.tenant,
  resource: client.resource,
  redirectUri: client.redirectUris[0] ?? '',
})

/** Asks for an app-only token in the declared form. */
export const askAppOnly = async (context: Context, input: AppOnlyInput): Promise<AskedAppOnly> => {
  const { appOnly } = context.dialect
  if (appOnly === null) throw new TypeError('the dialect does not speak appOnly')
  const before = context.fromTarget().length
  const outcome = appOnly.read(await context.browser().go(appOnly.request(input, context.at)))
  const sent = context.fromTarget().slice(before)
  return { outcome, sent: sent.filter((exchange) => clientIn(exchange) !== context.application.id) }
}

/** Asks for app-only tokens all at once, and gives what became of each. */
export const askAtOnce = async (context: Context, inputs: readonly AppOnlyInput[]): Promise<Outcome[]> => {
  const { appOnly } = context.dialect
  if (appOnly === null) throw new TypeError('the dialect does not speak appOnly')
  const journeys = await atOnce(
    context,
    inputs.map((input) => appOnly.request(input, context.at)),
  )
  return journeys.map((journey) => appOnly.read(journey))
}

/** The first word of a client id as a token service takes it: `{id}` or `{id}@{realm}`. */
export const clientIn = ({ request }: Exchange): string => {
  const [id] = valuesOf(decodeForm(textOf(request)), 'client_id')
  const basic = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1]
  return (
    (
      id ??
      Buffer.from(basic?.replace(/^Basic /i, '') ?? '', 'base64')
        .toString()
        .split(':')[0] ??
      ''
    ).split('@')[0] ?? ''
  )
}

/** The control of every check here: the token of a user gets an app-only token. */
export const userGetsAppOnly = async (context: Context): Promise<void> => {
  const people = peopleOf(context)
  const { outcome } = await askAppOnly(context, validAppOnly(people, await userTokenOf(context, people)))
  if (outcome.is !== 'token')
    throw new Inconclusive('control', `the token of a user got no app-only token: ${inWords(outcome)}`)
}

/** What came of a request for a token, in words; an answer is quoted by its beginning. */
export const inWords = (outcome: Outcome): string => {
  if (outcome.is === 'token') return 'a token'
  if (outcome.is === 'refusal') return `a refusal: ${beginningOf(outcome.text, 120)}`
  return outcome.is === 'unreadable' ? outcome.why : `a ${outcome.is}`
}
