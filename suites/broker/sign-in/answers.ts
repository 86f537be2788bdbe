import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { get, post } from '../../../harness/dialects/authorize.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { encodeForm, queryOf, valuesOf } from '../../../protocols/form.ts'
import type { Pairs, WireRequest } from '../../../protocols/wire.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import type { People } from './request.ts'
import { responseIn, signInBy, speaks, validSignIn } from './request.ts'

/** A sign-in that waits for its answer, in the browser that began it. */
export type Begun = { browser: Browser; people: People; journey: Journey }

/** What the identity provider answers: a form, or a query, that the browser has yet to take to the target. */
export type Answer = { method: 'GET' | 'POST'; url: string; fields: Pairs }

/** Begins a sign-in in a browser, a fresh one unless told, and stops before the identity provider. */
export const begin = async (
  context: Context,
  people: People,
  browser: Browser = context.browser(),
  input: SignInInput = validSignIn(context, people.party),
): Promise<Begun> => {
  const journey = await browser.go(speaks(context, 'signIn').request(input, context.at), undefined, 'idp')
  return { browser, people, journey }
}

/**
 * Signs the user in at the identity provider and stops before the target. Asked again, the provider answers the same
 * request anew: with a fresh token.
 */
export const answerTo = async ({ browser, people, journey }: Begun): Promise<Answer> =>
  answerIn(await browser.resume(journey, people.user, 'target'))

/** The answer with which a journey stopped before the target. */
export const answerIn = (journey: Journey): Answer => {
  const last = journey.at(-1)
  const next = last?.to === 'idp' ? nextOf(last) : undefined
  if (next?.is === 'form-post') return { method: 'POST', url: next.action, fields: next.form.fields }
  if (next?.is === 'redirect')
    return { method: 'GET', url: next.to.split(/[?#]/, 1)[0] ?? '', fields: queryOf(next.to) }
  throw new Inconclusive('unreadable', 'the identity provider gave no answer that could be taken to the target')
}

/** Takes an answer to the target, in whichever browser. */
export const deliver = async (context: Context, browser: Browser, answer: Answer): Promise<Asked> =>
  signInBy(context, await browser.go(requestOf(answer)))

const requestOf = ({ method, url, fields }: Answer): WireRequest => {
  const { origin, pathname, search } = new URL(url)
  const form = encodeForm(fields)
  return method === 'POST' ? post(origin, pathname + search, form) : get(origin, `${pathname}?${form}`)
}

const markNames = ['wctx', 'state']

/** What tells the target which of its sign-ins an answer belongs to: `wctx` or `state`. */
export const markOf = ({ fields }: Answer): string => {
  const [mark] = markNames.flatMap((name) => valuesOf(fields, name))
  if (mark === undefined || mark === '')
    throw new Inconclusive('unreadable', 'the answer names no sign-in: no wctx, no state')
  return mark
}

/** The same answer for another sign-in, or for none. */
export const marked = (answer: Answer, mark: string | undefined): Answer => ({
  ...answer,
  fields: answer.fields.flatMap(([name, value]): Pairs =>
    !markNames.includes(name) ? [[name, value]] : mark === undefined ? [] : [[name, mark]],
  ),
})

/** Delivers an answer that must work, before one that must not. */
export const delivered = async (context: Context, browser: Browser, answer: Answer): Promise<void> => {
  const asked = await deliver(context, browser, answer)
  if (responseIn(asked.outcome)) return
  throw new Inconclusive('unreadable', `the genuine answer was not taken: ${describe(asked)}`)
}
