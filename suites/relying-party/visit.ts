import type { User } from '../../fixtures/world/shapes.ts'
import { single } from '../../fixtures/world/slice.ts'
import type { Browser, Journey } from '../../harness/agent/browser.ts'
import { nextOf } from '../../harness/agent/next.ts'
import { Inconclusive } from '../../harness/judge/blame.ts'
import type { Context } from '../../harness/judge/check.ts'
import type { Exchange } from '../../harness/record/exchange.ts'
import type { Identity, PartyPages } from '../../harness/target/relying-party.ts'
import { encodeForm, queryOf, valuesOf } from '../../protocols/form.ts'
import type { Pairs, WireRequest } from '../../protocols/wire.ts'
import { responseFields } from '../../protocols/ws-federation/request.ts'
import { saidOf } from './identity.ts'

/** What a check of a relying party is given. */
export type PartyContext = Context<'relying-party'>

/** Two users of one realm: whoever is tried, and another one. */
export const needs = {
  capabilities: [],
  shape: { ...single, usersPerTenant: 2 },
  scope: 'slice',
} as const

/** The same, alone in the universe, since time or keys are moved. */
export const alone = { ...needs, scope: 'exclusive' } as const

/** The users of the slice. */
export const usersOf = ({ slice: { users } }: PartyContext): [User, User] => {
  const [one, other] = users
  if (one === undefined || other === undefined) throw new TypeError('the slice has two users')
  return [one, other]
}

/** A visit to the protected page that came to the broker, or to wherever else the visitor was sent. */
export type Visit = {
  browser: Browser
  /** Which of the parties is visited, and how it is reached. */
  pages: PartyPages
  registered: PartyContext['registered'][number]
  journey: Journey
  /** The address of the broker that the visitor was sent to; absent: they were not sent there. */
  asked: { url: string; query: Pairs; context: string | undefined } | undefined
}

/** Which party a check visits: the first one, or the second one of the target file. */
export type Which = 'first' | 'second'

const partyOf = ({ party, registered }: PartyContext, which: Which) => {
  const pages = which === 'first' ? party : party.second
  const known = registered[which === 'first' ? 0 : 1]
  if (pages === undefined || known === undefined) throw new TypeError(`there is no ${which} party`)
  return { pages, registered: known }
}

export const get = ({ at }: PartyContext, rawPath: string, headers: Pairs = []): WireRequest => ({
  method: 'GET',
  origin: at.target,
  rawPath,
  headers: [['accept', 'text/html'], ...headers],
})

/** Where a journey would go on: to an address, by whatever means the answer sends a browser on. */
export const ledTo = (hop: Exchange | undefined): string | undefined => {
  const next = hop && nextOf(hop)
  return next?.is === 'redirect' ? next.to : next?.is === 'form-post' ? next.action : undefined
}

/**
 * Opens the protected page and follows it up to the broker, which is not contacted.
 *
 * @param path another path than that of the protected page
 */
export const visit = async (
  context: PartyContext,
  {
    browser = context.browser(),
    which = 'first',
    path,
    headers = [],
  }: { browser?: Browser; which?: Which; path?: string; headers?: Pairs } = {},
): Promise<Visit> => {
  const { pages, registered } = partyOf(context, which)
  const journey = await browser.go(get(context, path ?? pages.page, headers), undefined, 'broker')
  const last = journey.at(-1)
  refuseOverload(last)
  const url = ledTo(last)
  const isBroker = url !== undefined && URL.canParse(url) && new URL(url).origin === context.at.broker
  const query = isBroker ? [...queryOf(url), ...fieldsOf(last)] : []
  const asked = isBroker ? { url, query, context: valuesOf(query, 'wctx')[0] } : undefined
  return { browser, pages, registered, journey, asked }
}

const fieldsOf = (hop: Exchange | undefined): Pairs => {
  const next = hop && nextOf(hop)
  return next?.is === 'form-post' ? next.form.fields : []
}

/** A visit that came to the broker, as it must before anything can be answered. */
export const sentToBroker = async (...given: Parameters<typeof visit>): Promise<Visit> => {
  const made = await visit(...given)
  if (made.asked === undefined)
    throw new Inconclusive('undelivered', `the visitor of the protected page was not sent to the broker: ${tell(made)}`)
  return made
}

/** What became of a journey, in a few words. */
export const tell = ({ journey }: Pick<Visit, 'journey'>): string => {
  const last = journey.at(-1)
  const to = ledTo(last)
  return `${last?.request.method} ${last?.request.rawPath.split('?', 1)[0]} answered ${last?.response?.status}${to === undefined ? '' : ` and leads to ${to.split('?', 1)[0]}`}`
}

/** An answer by which a target says that it has too much to do: it has not judged anything. */
const refuseOverload = (hop: Exchange | undefined) => {
  const status = hop?.response?.status ?? 0
  if (status === 429 || status === 503)
    throw new Inconclusive('unreadable', `the target answered ${status}, which says nothing of what it was asked`)
}

/**
 * Brings the broker's answer to a visit: posts a result to the reply of the party, in the same browser, and follows what comes of it.
 *
 * @param context the wctx beside it; absent: as the party sent it
 */
export const answer = async (
  context: PartyContext,
  { browser, pages, asked }: Visit,
  result: string,
  fields: (context: string | undefined) => Pairs = (wctx) => responseFields(result, wctx),
): Promise<Journey> => {
  const journey = await browser.go(
    {
      method: 'POST',
      origin: context.at.target,
      rawPath: pages.reply,
      headers: [
        ['accept', 'text/html'],
        ['content-type', 'application/x-www-form-urlencoded'],
      ],
      body: new TextEncoder().encode(encodeForm(fields(asked?.context))),
    },
    undefined,
    'broker',
  )
  refuseOverload(journey[0])
  return journey
}

/**
 * Who is signed in at a party, as it says itself.
 *
 * @throws Inconclusive when it breaks instead
 */
export const whoami = async (
  context: PartyContext,
  browser: Browser,
  { which = 'first', headers = [] }: { which?: Which; headers?: Pairs } = {},
): Promise<Identity | undefined> => {
  const { pages } = partyOf(context, which)
  const [path, read] =
    typeof pages.whoami === 'string' ? [pages.whoami, saidOf] : [pages.whoami.path, pages.whoami.read]
  const journey = await browser.go(get(context, path, headers), undefined, 'broker')
  const last = journey.at(-1)
  refuseOverload(last)
  const { response, request } = last ?? {}
  if (response === undefined || request === undefined || request.rawPath.split('?', 1)[0] !== path) return undefined
  if (response.status >= 500)
    throw new Inconclusive('unreadable', `who is signed in is not known: ${path} answered ${response.status}`)
  if (response.status !== 200) return undefined
  return read(response)
}
