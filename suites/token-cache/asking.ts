import type { Client, User } from '../../fixtures/world/shapes.ts'
import { single } from '../../fixtures/world/slice.ts'
import { fillForm } from '../../harness/dialects/form-template.ts'
import type { RequestTemplate, Words } from '../../harness/dialects/form-template.ts'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { Check, Context as ContextOf } from '../../harness/judge/check.ts'
import type { Journey } from '../../harness/agent/browser.ts'
import type { Exchange } from '../../harness/record/exchange.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import type { Traffic } from './traffic.ts'
import { trafficIn } from './traffic.ts'

export type CacheCheck = Check<'token-cache'>
export type Context = ContextOf<'token-cache'>

/** A user and what the user is given data of. */
export type Pair = { user: User; client: Client }

/** What a call came to, and what the target sent to the mocks for it. */
export type Called = Traffic & {
  outcome: 'data' | 'no-token' | 'failed' | 'unreadable'
  trustUrl?: string
  says: string
}

/** What checks need: so many users and resources that every case can begin with a user who has no token. */
export const manyPairs: CacheCheck['needs'] = {
  capabilities: [],
  shape: { ...single, partiesPerTenant: 0, usersPerTenant: 6, sharePointClientsPerTenant: 24 },
  scope: 'slice',
}

/** The same, where the check has the universe to itself and moves its clock. */
export const needingTime: CacheCheck['needs'] = { ...manyPairs, capabilities: ['clock'], scope: 'exclusive' }

/** The users of each resource, resource by resource. */
export const pairsOf = ({ slice: { clients, users } }: Context): Pair[][] =>
  clients.filter(({ sharePoint }) => sharePoint).map((client) => users.map((user) => ({ user, client })))

/** The pair of the control, which no case touches. */
export const controlPair = (context: Context): Pair => owned(pairsOf(context)[0]?.[0])

/** Users who have no token yet, each given once. */
export type Fresh = {
  /** One of them. */
  pair(): Pair
  /** So many users of one resource. */
  pairs(count: number): Pair[]
  /** The same user at another resource. */
  elsewhere(pair: Pair): Pair
}

/** Begins to give them. Each throws Inconclusive when nobody is left. */
export const freshPairs = (context: Context): Fresh => {
  const left = pairsOf(context).slice(1)
  const found = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Inconclusive('undelivered', 'no user is left who has no token yet')
    return value
  }
  const pairs = (count: number) => found(left.find((list) => list.length >= count)).splice(0, count)
  return {
    pairs,
    pair: () => found(pairs(1)[0]),
    elsewhere({ user, client }) {
      const isThere = (one: Pair) => one.user === user && one.client !== client
      const list = found(left.find((one) => one.some(isThere)))
      return found(list.splice(list.findIndex(isThere), 1)[0])
    },
  }
}

/** How many cases there are users for, at so many a case. */
export const casesFor = (context: Context, share: number): number => Math.ceil(context.runs / share)

export const owned = <T>(value: T | undefined): T => {
  if (value === undefined) throw new TypeError('the slice is too small')
  return value
}

/** A request by a template. */
export const sent = ({ path, form, headers }: RequestTemplate, words: Words, origin: string): WireRequest => {
  const filled = fillForm({ path, ...(form && { form }), ...(headers && { headers }) }, words)
  const accept: [string, string] = ['accept', 'application/json']
  if (filled.form === undefined)
    return { method: 'GET', origin, rawPath: filled.rawPath, headers: [accept, ...filled.headers] }
  return {
    method: 'POST',
    origin,
    rawPath: filled.rawPath,
    headers: [accept, ['content-type', 'application/x-www-form-urlencoded'], ...filled.headers],
    body: new TextEncoder().encode(filled.form),
  }
}

/** Does something, and gives what the target sent to the mocks meanwhile. */
export const watching = async <T>(context: Context, act: () => Promise<T>): Promise<[T, Traffic]> => {
  const last = context.fromTarget().at(-1)?.n ?? 0
  const done = await act()
  return [done, trafficIn(context.fromTarget().filter(({ n }) => n > last))] // prettier-ignore
}

/** Has the target call a resource for a user, for its service account, or for the app alone. */
export const call = async (
  context: Context,
  { user, client }: Pair,
  as: 'user' | 'service' | 'app' = 'user',
): Promise<Called> => {
  const { cache, at } = context
  const template = owned({ user: cache.call, service: cache.serviceAccount, app: cache.appOnly }[as])
  const audience = client.withoutAudience ? [] : client.resource
  const words = { user: user.name, realm: client.tenant, resource: client.id, audience }
  const request = sent(template, words, at.target)
  const [journey, traffic] = await watching(context, () => context.browser().go(request))
  return { ...readCall(journey.at(-1)), ...traffic }
}

const outcomes = ['data', 'no-token', 'failed'] as const

/** What an answer says of a call. */
export const readCall = (hop: Exchange | undefined): Pick<Called, 'outcome' | 'trustUrl' | 'says'> => {
  const { response } = hop ?? {}
  if (response === undefined) return { outcome: 'unreadable', says: 'no answer' }
  const said = objectIn(textOf(response))
  const outcome = outcomes.find((one) => one === said['outcome'])
  if (outcome === undefined)
    return { outcome: 'unreadable', says: `an answer of status ${response.status} that says no outcome` }
  const trustUrl = said['trustUrl']
  return { outcome, says: outcome, ...(typeof trustUrl === 'string' && { trustUrl }) }
}

const objectIn = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** Walks a trust dialog as a user until the browser is about to come back to the target. */
export const walk = async (
  context: Context,
  url: string,
  user: User,
  browser = context.browser(),
): Promise<Journey> => {
  if (!URL.canParse(url)) throw new Inconclusive('unreadable', 'the trust URL is no URL')
  const { origin, pathname, search } = new URL(url)
  const { at, profile } = context
  if (!Object.values(at).includes(origin)) throw new Inconclusive('unreadable', 'the trust URL leads to nobody here')
  const request: WireRequest = { method: 'GET', origin, rawPath: pathname + search, headers: [['accept', 'text/html']] }
  if (origin !== at.target) return browser.go(request, user, 'target')
  const begun = await browser.go(request, user, profile.through === 'broker' ? 'broker' : 'idp')
  return [...begun, ...(await browser.resume(begun, user, 'target'))]
}

/** Walks a trust dialog as a user to its end. */
export const agrees = (context: Context, url: string, user: User): Promise<Journey> => {
  const { origin, pathname, search } = new URL(url)
  const request: WireRequest = { method: 'GET', origin, rawPath: pathname + search, headers: [['accept', 'text/html']] }
  return context.browser().go(request, user)
}

/** Completes a trust dialog, and gives what the target sent to the mocks for it. */
export const completes = async (context: Context, url: string, user: User): Promise<Traffic> =>
  (await watching(context, () => agrees(context, url, user)))[1]

/** The trust dialog that a call was offered. @throws Violation of kind `no-trust` */
export const offeredTo = (called: Called, what: string): string => {
  readable(called, what)
  if (called.outcome !== 'no-token' || called.trustUrl === undefined)
    throw new Violation('no-trust', { expected: `${what} to be told that there is no token, with a trust URL`, actual: told(called) }) // prettier-ignore
  return called.trustUrl
}

/** Has a user who has no token trust the target; gives the access token that came of it. */
export const trust = async (context: Context, pair: Pair, as: 'user' | 'service' = 'user'): Promise<Traffic> => {
  const url = offeredTo(await call(context, pair, as), 'a user without a token')
  return completes(context, url, pair.user)
}

/** @throws Inconclusive where the answer says nothing of the call */
export const readable = ({ outcome, says }: Called, what: string): void => {
  if (outcome === 'unreadable') throw new Inconclusive('unreadable', `${what}: ${says}`)
}

/** @throws Violation of kind `no-data` */
export const owedData = (called: Called, what: string): Called => {
  readable(called, what)
  if (called.outcome !== 'data')
    throw new Violation('no-data', { expected: `${what} to get data`, actual: told(called) })
  return called
}

/** A call in words, without values. */
export const told = ({ outcome, trustUrl, renewals, redemptions, data }: Called): string =>
  [
    outcome === 'no-token' ? `no token${trustUrl === undefined ? ', and no trust URL' : ''}` : outcome,
    ...(renewals.length > 0 ? [`${renewals.length} renewals`] : []),
    ...(redemptions.length > 0 ? [`${redemptions.length} redemptions`] : []),
    ...(data.length > 0 ? [`calls at the resource answered ${data.map(({ status }) => status).join(', ')}`] : []),
  ].join('; ')

/** A call that is answered, whatever it comes to: where the trust dialog or what is stored of it is in question. */
export const answers = async (context: Context): Promise<void> =>
  readable(await call(context, controlPair(context)), 'a call')

/** The valid form: a user gets data, once the user has trusted the target. */
export const serves = async (context: Context): Promise<void> => {
  const pair = controlPair(context)
  const first = await call(context, pair)
  if (first.outcome === 'data') return
  await completes(context, offeredTo(first, 'a user without a token'), pair.user)
  owedData(await call(context, pair), 'a user who has just trusted the target')
}

/** Calls the target with a bearer token of a caller of this name; it is accepted where the answer says so. */
export const present = async (
  context: Context,
  token: string,
  name: string,
): Promise<{ accepted: boolean; status: number }> => {
  const { cache, at } = context
  const last = (await context.browser().go(sent(owned(cache.inbound), { token }, at.target))).at(-1)
  const status = last?.to === 'target' ? (last.response?.status ?? 0) : 302
  const says = last?.response === undefined ? '' : textOf(last.response).toLowerCase()
  return { accepted: status >= 200 && status < 300 && says.includes(name.toLowerCase()), status }
}
