import * as fc from 'fast-check'
import type { AuthorizeInput, Dialect } from '../../../harness/dialects/dialect.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Asked } from './request.ts'
import { askedBy, gotCode, peopleOf, requestOf, validRequest } from './request.ts'

/** What may surround an authorization request without changing whose it is or where its answer goes. */
export type Circumstance = Pick<Partial<AuthorizeInput>, 'method' | 'accept' | 'more' | 'state' | 'responseType'> & {
  /** The browser has finished a flow of the same client before. */
  returning?: boolean
  /** The path names the realm of the client. */
  realm?: boolean
}

const circumstances: Readonly<Record<string, Circumstance>> = {
  posted: { method: 'POST' },
  returning: { returning: true },
  silent: { more: [['prompt', 'none']] },
  consent: { more: [['prompt', 'consent']] },
  fragment: { more: [['response_mode', 'fragment']] },
  'form-post': { more: [['response_mode', 'form_post']] },
  openid: { more: [['scope', 'openid profile']] },
  stateless: { state: [] },
  'any-answer': { accept: '*/*' },
  'other-type': { responseType: 'token' },
  realm: { realm: true },
}

/** The circumstances that a dialect knows, by name. */
export const circumstancesIn = ({ realmPath }: Dialect): [string, Circumstance][] =>
  Object.entries(circumstances).filter(([, { realm }]) => realm === undefined || realmPath !== null)

/** A circumstance and none to two others beside it. */
export const mixedWith = (dialect: Dialect, first: Circumstance): fc.Arbitrary<Circumstance> =>
  fc
    .subarray(
      circumstancesIn(dialect).map(([, one]) => one),
      { maxLength: 2 },
    )
    .map((others) =>
      [...others, first].reduce((mixed, one) => ({
        ...mixed,
        ...one,
        ...((mixed.more ?? one.more) && { more: [...(mixed.more ?? []), ...(one.more ?? [])] }),
      })),
    )

/** Opens an authorization request under a circumstance, in a browser of its own, and follows it to its end. */
export const authorizeUnder = async (
  { returning = false, realm = false, ...how }: Circumstance,
  context: Context,
  input: AuthorizeInput,
): Promise<Asked> => {
  const { client, user } = peopleOf(context)
  const browser = context.browser()
  if (returning) await browser.go(requestOf(context, validRequest(context)), user)
  const request = requestOf(context, { ...input, ...how, ...(realm && { realm: client.tenant }) })
  return askedBy(context, await browser.go(request, user))
}

/** Whether the valid request gets its code under a circumstance: if not, a refusal under it says little. */
export const servedUnder = async (how: Circumstance, context: Context): Promise<boolean> => {
  const request = validRequest(context)
  return gotCode(await authorizeUnder(how, context, request), String(request.redirectUri))
}
