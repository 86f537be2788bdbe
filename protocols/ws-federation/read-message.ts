import { readInstant } from '../instants.ts'
import { present } from '../saml/parts.ts'
import type { Pairs } from '../wire.ts'
import type { SignInRequest } from './request.ts'

/** A WS-Federation message in a query or a form, or why it is none. */
export type Message =
  | { is: 'sign-in-request'; request: SignInRequest }
  | { is: 'sign-in-response'; result: string; context?: string }
  | { is: 'sign-out-request'; request: SignInRequest }
  | { is: 'clean-up-request'; request: SignInRequest }
  | {
      is: 'none'
      because:
        | 'repeated-parameter'
        | 'no-action'
        | 'unknown-action'
        /** A sign-in request names neither realm nor reply. */
        | 'nobody-asks'
        /** The parameters of a request and of a response in one message. */
        | 'mixed'
        /** `wresultptr`, `wreqptr` and their like ask the receiver to fetch something; they are not followed. */
        | 'pointer'
        | 'bad-freshness'
    }

const known = ['wa', 'wtrealm', 'wreply', 'wctx', 'wct', 'wfresh', 'wauth', 'whr', 'wresult', 'wresultptr', 'wreqptr']

const requestOf = (value: (name: string) => string | undefined): SignInRequest => {
  const time = value('wct')
  const freshness = value('wfresh')
  return present({
    realm: value('wtrealm'),
    reply: value('wreply'),
    context: value('wctx'),
    at: time === undefined ? undefined : readInstant(time),
    freshness: freshness === undefined ? undefined : Number(freshness),
    authentication: value('wauth'),
    homeRealm: value('whr'),
  })
}

/**
 * Reads a WS-Federation message. A sign-in request names a realm or a reply and has no result; a sign-in response has one.
 * Parameters that are not known here are left alone; a known one that comes twice has no meaning. `wct` is advice: one that is
 * no moment is left out.
 *
 * @see WS-Federation 1.2 section 13.2; the classification is that of WIF
 */
export const readMessage = (pairs: Pairs): Message => {
  const counted = (name: string) => pairs.filter(([one]) => one === name)
  const value = (name: string): string | undefined => counted(name)[0]?.[1]
  if (known.some((name) => counted(name).length > 1)) return { is: 'none', because: 'repeated-parameter' }
  const action = value('wa')
  if (action === undefined || action === '') return { is: 'none', because: 'no-action' }
  if (value('wresultptr') !== undefined || value('wreqptr') !== undefined) return { is: 'none', because: 'pointer' }
  if (!/^\d{1,10}$/.test(value('wfresh') ?? '0')) return { is: 'none', because: 'bad-freshness' }

  const request = requestOf(value)
  const result = value('wresult')
  switch (action) {
    case 'wsignin1.0': {
      const asks = request.realm !== undefined || request.reply !== undefined
      if (result === undefined)
        return asks ? { is: 'sign-in-request', request } : { is: 'none', because: 'nobody-asks' }
      if (request.realm !== undefined) return { is: 'none', because: 'mixed' }
      return { is: 'sign-in-response', result, ...present({ context: request.context }) }
    }
    case 'wsignout1.0':
      return { is: 'sign-out-request', request }
    case 'wsignoutcleanup1.0':
      return { is: 'clean-up-request', request }
    default:
      return { is: 'none', because: 'unknown-action' }
  }
}
