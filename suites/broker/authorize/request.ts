import { arrivesAt } from '../../../fixtures/near-miss/place.ts'
import type { Client, User } from '../../../fixtures/world/shapes.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import type { AuthorizeInput, Outcome } from '../../../harness/dialects/dialect.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import type { WireRequest } from '../../../protocols/wire.ts'

/** What became of an authorization request. */
export type Asked = { outcome: Outcome; journey: Journey }

/** The client of the slice and a user of its tenant. */
export const peopleOf = ({ slice }: Context): { client: Client; user: User } => {
  const client = slice.clients.find(({ oauth }) => oauth)
  const user = slice.users.find(({ tenant }) => tenant === client?.tenant)
  if (client === undefined || user === undefined) throw new TypeError('the slice has no client with a user')
  return { client, user }
}

/** The known-good request, for the first registered redirect URI. */
export const validRequest = (context: Context): AuthorizeInput => {
  const { client } = peopleOf(context)
  return {
    clientId: client.id,
    redirectUri: client.redirectUris[0] ?? '',
    responseType: 'code',
    resource: client.resource,
    state: `state-${context.slice.tag}`,
  }
}

/** Opens an authorization request in a browser, a fresh one unless told, signs in where asked, and follows it to its end. */
export const authorize = async (
  context: Context,
  input: AuthorizeInput,
  browser: Browser = context.browser(),
): Promise<Asked> => askedBy(context, await browser.go(requestOf(context, input), peopleOf(context).user))

/** The state that the target chose for its own request upstream, when a journey was stopped before it. */
export const upstreamState = (journey: Journey): string | undefined => {
  const last = journey.at(-1)
  const next = last && nextOf(last)
  if (next?.is === 'form-post') return valuesOf(next.form.fields, 'state')[0]
  return next?.is === 'redirect' ? valuesOf(queryOf(next.to), 'state')[0] : undefined
}

/** Whether the user was sent to the identity provider on the way. */
export const wentUpstream = ({ journey }: Asked): boolean => journey.some(({ to }) => to === 'idp')

/** Where the user was sent at last, and with what; nowhere for a page. */
export const sentTo = ({
  outcome,
}: Asked): { url: string; params: readonly (readonly [string, string])[] } | undefined => {
  if (outcome.is === 'redirect') return { url: outcome.to, params: outcome.params }
  if (outcome.is === 'form-post') return { url: outcome.action, params: outcome.fields }
  return undefined
}

/** A parameter of where the user was sent at last. */
export const answered = (asked: Asked, name: string): string | undefined =>
  sentTo(asked)?.params.find(([key, value]) => key === name && value !== '')?.[1]

/** What an operation made of a journey that is over. */
export const askedBy = (context: Context, journey: Journey): Asked => {
  const operation = context.dialect.authorize
  if (operation === null) throw new TypeError('the dialect does not speak authorize')
  return { journey, outcome: operation.read(journey) }
}

/** The plain request of an input, for a browser that is to stop on the way. */
export const requestOf = (context: Context, input: AuthorizeInput): WireRequest => {
  const operation = context.dialect.authorize
  if (operation === null) throw new TypeError('the dialect does not speak authorize')
  return operation.request(input, context.at)
}

/** Whether a code came to this very redirect URI. */
export const gotCode = (asked: Asked, redirectUri: string): boolean => {
  const sent = sentTo(asked)
  if (sent === undefined || !sent.params.some(([name, value]) => name === 'code' && value !== '')) return false
  return arrivesAt(sent.url, redirectUri) !== undefined
}

const answers = ['code', 'state', 'session_state', 'iss', 'admin_consent', 'scope']
const errors = ['error', 'error_description', 'error_uri', 'state', 'session_state', 'iss']

/**
 * The URL as it was before an answer was added to its query: the last of each answer's parameters is taken away, so that
 * one that stood in the redirect URI itself stays. A code and an error never come together.
 */
export const withoutAnswer = (url: string): string => {
  const [before = '', query] = url.split('#', 1)[0]?.split(/\?(.*)/s) ?? []
  const pairs = query?.split('&') ?? []
  const nameOf = (pair: string) => pair.split('=', 1)[0] ?? ''
  const added = pairs.some((pair) => nameOf(pair) === 'code') ? answers : errors
  const last = new Set(added.map((name) => pairs.findLastIndex((pair) => nameOf(pair) === name)))
  const kept = pairs.filter((_, index) => !last.has(index))
  return kept.length === 0 ? before : `${before}?${kept.join('&')}`
}

/** The control of every check here: the registered redirect URI gets a code, through the identity provider if documented. */
export const registeredGetsCode = async (context: Context): Promise<void> => {
  const request = validRequest(context)
  const asked = await authorize(context, request)
  if (context.dialect.documented && !wentUpstream(asked)) {
    throw new Inconclusive('control', `the user never came to the identity provider: ${describe(asked)}`)
  }
  if (!gotCode(asked, String(request.redirectUri))) {
    throw new Inconclusive('control', `no code came to the registered redirect_uri: ${describe(asked)}`)
  }
}

/** What became of a request, in words; a page is quoted by its beginning. */
export const describe = (asked: Asked): string => {
  const { outcome, journey } = asked
  const status = journey.at(-1)?.response?.status
  const sent = sentTo(asked)
  if (sent) {
    const value = (name: string) => {
      const found = sent.params.find(([key]) => key === name)?.[1]
      return found === undefined ? undefined : beginningOf(found, 120)
    }
    const error =
      value('error') === undefined
        ? ''
        : ` with error ${value('error')} (${value('error_description') ?? 'no description'})`
    return `the user was sent to ${withoutAnswer(sent.url)}${value('code') === undefined ? error : ' with a code'}`
  }
  if (outcome.is === 'refusal') return `a page with status ${status} saying "${beginningOf(outcome.text, 120)}"`
  if (outcome.is === 'unreadable') return outcome.why
  return `a page with status ${status} that is no refusal`
}
