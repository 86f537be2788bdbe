import { decodeJwt } from 'jose'
import { arrivesAt } from '../../../fixtures/near-miss/place.ts'
import type { Client, User } from '../../../fixtures/world/shapes.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import { paramsOf } from '../../../harness/agent/next.ts'
import type { Dialect, Operation, Outcome, RedeemInput, RenewInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { textOf } from '../../../protocols/wire.ts'
import { answered, askedBy, describe, requestOf, validRequest } from '../authorize/request.ts'

/**
 * What became of a token request. `sent` is what the target itself has sent to a mock because of it, `given` the code or the refresh token of the
 * request, `clients` those whose grants are its business.
 */
export type Redeemed = {
  outcome: Outcome
  journey: Journey
  sent: readonly Exchange[]
  given: readonly string[]
  clients: readonly Pick<Client, 'id' | 'secret'>[]
}

/** What a check of token requests needs of a dialect. */
export const speaksRedeem: NonNullable<Check['applies']> = ({ redeem }) =>
  redeem === null || redeem === 'undriven' ? 'dialect.redeem' : undefined

/** What a check of renewals needs of a dialect. */
export const speaksRenew: NonNullable<Check['applies']> = (dialect, declared) =>
  speaksRedeem(dialect, declared) ??
  (dialect.renew === null || dialect.renew === 'undriven' ? 'dialect.renew' : undefined)

/** What a check needs of a dialect that changes these fields of redemptions. */
export const redeemsWith =
  (...fields: Field[]): NonNullable<Check['applies']> =>
  (dialect, declared) =>
    speaksRedeem(dialect, declared) ??
    (fields.every((field) => carries(dialect, 'code', field)) ? undefined : 'dialect.redeem')

/** The clients of the slice that are configured for OAuth, each with a user of its tenant. */
export const clientsOf = ({ slice }: Context): { client: Client; user: User }[] =>
  slice.clients
    .filter(({ oauth }) => oauth)
    .flatMap((client) => {
      const user = slice.users.find(({ tenant }) => tenant === client.tenant)
      return user ? [{ client, user }] : []
    })

/** The first of them. */
export const firstOf = (context: Context): { client: Client; user: User } => {
  const [first] = clientsOf(context)
  if (first === undefined) throw new TypeError('the slice has no client with a user')
  return first
}

/** The State of a token request in the documented form. */
export const stateOf = (client: Pick<Client, 'id'>, redirectUri: string): string =>
  `uri=${redirectUri}|cid=${client.id}`

/** For whom a code or a token is wanted; the first client and its first redirect URI unless told. */
export type Wanted = { client?: Client; redirectUri?: string; resource?: string }

/**
 * The valid redemption of a code that has just been issued.
 *
 * @throws Inconclusive when no code comes
 */
export const validRedeem = async (context: Context, wanted: Wanted = {}): Promise<RedeemInput & { code: string }> => {
  const { client, redirectUri, resource } = completed(context, wanted)
  const valid = { ...validRequest(context), clientId: client.id, redirectUri, resource }
  const user = context.slice.users.find(({ tenant }) => tenant === client.tenant)
  const asked = askedBy(context, await context.browser().go(requestOf(context, valid), user))
  const code = answered(asked, 'code')
  if (code === undefined) throw new Inconclusive('unreadable', `no code came to ${redirectUri}: ${describe(asked)}`)
  return { code, state: stateOf(client, redirectUri), clientId: client.id, redirectUri, resource }
}

const completed = (context: Context, { client = firstOf(context).client, ...wanted }: Wanted) => {
  const { redirectUri = client.redirectUris[0] ?? '', resource = client.resource } = wanted
  return { client, redirectUri, resource }
}

/** Sends a redemption. */
export const redeem = (context: Context, input: RedeemInput): Promise<Redeemed> =>
  send(context, context.dialect.redeem, input, input.code)

/** Sends a renewal. */
export const renew = (context: Context, input: RenewInput): Promise<Redeemed> =>
  send(context, context.dialect.renew, input, input.refreshToken)

const send = async <Input>(
  context: Context,
  operation: Operation<Input> | 'undriven' | null,
  input: Input,
  given: RedeemInput['code'],
): Promise<Redeemed> => {
  if (operation === null || operation === 'undriven') throw new TypeError('the dialect does not speak it')
  const before = context.fromTarget().length
  const journey = await context.browser().go(operation.request(input, context.at))
  const { clients } = context.slice
  const sent = context.fromTarget().slice(before)
  return { outcome: operation.read(journey), journey, sent, given: [given ?? []].flat(), clients }
}

/** A token that came out: its fields, and where it went; `undefined`: to who asked. */
export type Handed = { fields: Readonly<Record<string, unknown>>; to?: string }

const tokenNames = ['access_token', 'refresh_token', 'id_token']

/** The token that came out of a token request, if one did. */
export const handedBy = ({ outcome }: Pick<Redeemed, 'outcome'>): Handed | undefined => {
  if (outcome.is === 'token') return { fields: { ...(outcome.body as object) } }
  const [to, pairs] =
    outcome.is === 'form-post'
      ? [outcome.action, outcome.fields]
      : outcome.is === 'redirect'
        ? [outcome.to, paramsOf(outcome.to)]
        : ['', []]
  return pairs.some(([name, value]) => tokenNames.includes(name) && value !== '')
    ? { fields: Object.fromEntries(pairs), to }
    : undefined
}

/**
 * Whether a token went to who asked, or was posted to this registered URI: both are lawful, and nothing else is.
 *
 * @throws Inconclusive when it came to that URI in another way, of which the sources say nothing
 */
export const reachedParty = ({ outcome }: Redeemed, { to }: Handed, redirectUri: string): boolean => {
  if (to === undefined) return true
  if (arrivesAt(to, redirectUri) === undefined) return false
  if (outcome.is === 'form-post') return true
  throw new Inconclusive(
    'unreadable',
    `a token was sent to ${redirectUri} in a URL, which is neither an answer nor a post`,
  )
}

/** What came to this registered URI without a token, posted or in a URL: a broker may tell the party there that it refuses. */
export const sentBack = ({ outcome }: Pick<Redeemed, 'outcome'>, redirectUri: string): Pairs | undefined => {
  if (handedBy({ outcome })) return undefined
  if (outcome.is === 'form-post')
    return arrivesAt(outcome.action, redirectUri) === undefined ? undefined : outcome.fields
  if (outcome.is === 'redirect') return arrivesAt(outcome.to, redirectUri) === undefined ? undefined : outcome.params
  return undefined
}

/** A field of a token that came out, where it is a text. */
export const fieldOf = (handed: Handed | undefined, name: string): string | undefined => {
  const value = handed?.fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The claims of a JWT; none where a token is opaque. */
export const claimsIn = (token: unknown): Readonly<Record<string, unknown>> => {
  try {
    return decodeJwt(typeof token === 'string' ? token : '')
  } catch {
    return {}
  }
}

/** What became of a token request, in words. */
export const told = ({ outcome, journey }: Pick<Redeemed, 'outcome' | 'journey'>): string => {
  const status = journey.at(-1)?.response?.status
  const handed = handedBy({ outcome })
  if (handed)
    return handed.to === undefined ? 'a token in the answer' : `a token sent to ${handed.to.split(/[?#]/, 1)[0]}`
  if (outcome.is === 'refusal')
    return `a refusal with status ${status}: ${beginningOf(outcome.text.replaceAll(/\s+/g, ' '), 160)}`
  return outcome.is === 'unreadable' ? outcome.why : `${outcome.is} with status ${status}`
}

/** The control of every check here: a code of each registered redirect URI that is tried buys a token. */
export const registeredRedeems = async (context: Context): Promise<void> => {
  const redeemed = await redeem(context, await validRedeem(context))
  if (handedBy(redeemed) === undefined)
    throw new Inconclusive('control', `no token came for a valid code: ${told(redeemed)}`)
}

/** The refresh token that a code bought, beside the rest of its redemption. */
const boughtBy = async (context: Context, wanted: Wanted) => {
  const { code, ...input } = await validRedeem(context, wanted)
  const redeemed = await redeem(context, { ...input, code })
  if (handedBy(redeemed) === undefined) {
    throw new Inconclusive('unreadable', `no token came for a valid code: ${told(redeemed)}`)
  }
  return { input, refreshToken: fieldOf(handedBy(redeemed), 'refresh_token') }
}

/**
 * The valid renewal of a token that has just been handed out.
 *
 * @throws Inconclusive when no refresh token comes
 */
export const validRenew = async (
  context: Context,
  wanted: Wanted = {},
): Promise<RenewInput & { refreshToken: string }> => {
  const { input, refreshToken } = await boughtBy(context, wanted)
  if (refreshToken !== undefined) return { ...input, refreshToken }
  throw new Inconclusive('unreadable', 'no refresh token came with the token, so that nothing can be renewed')
}

/** The control of renewals. Their form is undocumented: where it is not ours, the dialect has to say so. */
export const registeredRenews = async (context: Context): Promise<void> => {
  const renewed = await renew(context, await validRenew(context))
  if (handedBy(renewed)) return
  throw new Inconclusive(
    'control',
    `no token came for a refresh token: ${told(renewed)}; dialect.renew says in which form the target is asked, or null`,
  )
}

/** What is changed in an otherwise valid token request. */
export type Change = Partial<Omit<RedeemInput, 'code'>>

/** A field that a token request may have no place for. */
type Field = Exclude<keyof Change, 'more'>

/** How a token is asked for: by a code, or by a refresh token. */
type WayName = 'code' | 'renewal'

/** Whether what is put into a field shows in the request: a form that is declared, or an operation, may leave it out. */
export const carries = ({ redeem: redeems, renew: renews, paths }: Dialect, way: WayName, field: Field): boolean => {
  const at = { target: 'https://target.test', idp: 'https://idp.test', paths }
  const plain = { state: 'state', clientId: 'client', redirectUri: 'https://party.test/', resource: 'api' }
  const asked = (probe: string) => {
    const input = { ...plain, code: 'given', refreshToken: 'given', [field]: probe }
    const operation = way === 'code' ? redeems : renews
    if (operation === null || operation === 'undriven') return ''
    const { rawPath, headers, body } = operation.request(input, at)
    return JSON.stringify([rawPath, headers, textOf({ ...(body && { body }) })])
  }
  return asked('probe-a') !== asked('probe-b')
}

/** Sends a token request that is valid but for a change. */
export type Attempt = (change: Change, wanted?: Wanted) => Promise<Redeemed>

/** The attempt by a code that has just been issued. */
export const byCode =
  (context: Context): Attempt =>
  async (change, wanted) =>
    redeem(context, { ...(await validRedeem(context, wanted)), ...change })

/**
 * The ways to ask for a token, by name: by a code, and by a refresh token where the target is seen to renew, and its form has a
 * place for the field that is to be changed.
 */
export const waysOf = async (context: Context, field?: Field): Promise<[name: WayName, attempt: Attempt][]> => {
  const ways: [WayName, Attempt][] = [['code', byCode(context)]]
  if (speaksRenew(context.dialect, context) !== undefined) return ways
  if (field !== undefined && !carries(context.dialect, 'renewal', field)) {
    context.note(`a renewal in the form of the dialect has no place for ${field}, so that redemptions alone were tried`)
    return ways
  }
  const { input, refreshToken } = await boughtBy(context, {})
  if (refreshToken === undefined || !handedBy(await renew(context, { ...input, refreshToken }))) {
    context.note('no token was renewed in the form of the dialect, so that redemptions alone were tried')
    return ways
  }
  const byRenewal: Attempt = async (change, wanted) =>
    renew(context, { ...(await validRenew(context, wanted)), ...change })
  return [...ways, ['renewal', byRenewal]]
}

/** Deals runs out to the ways, and so on to what is tried in each of them. */
export const shareOf = (runs: number, parts: number, part: number): number => Math.floor((runs + part) / parts)
