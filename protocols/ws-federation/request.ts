import { instantOf } from '../instants.ts'
import type { Pairs } from '../wire.ts'

/** What a party asks when it sends a visitor to sign in; all of it travels in the query. */
export type SignInRequest = {
  /** `wtrealm`: who asks. */
  realm?: string
  /** `wreply`: where the answer shall go. */
  reply?: string
  /** `wctx`: comes back unchanged. */
  context?: string
  /** `wct`: the party's time, in milliseconds since 1970-01-01T00:00:00Z; written in whole seconds. */
  at?: number
  /** `wfresh`: how old the authentication may be, in minutes; 0 asks for a new one. */
  freshness?: number
  /** `wauth`: URI of the kind of authentication. */
  authentication?: string
  /** `whr`: the visitor's home realm. */
  homeRealm?: string
}

const pairsOf = (...given: [string, string | undefined][]): Pairs =>
  given.flatMap(([name, value]): Pairs => (value === undefined ? [] : [[name, value]]))

/**
 * The query of a sign-in request.
 *
 * @see WS-Federation 1.2 section 13.2.2; MS-MWBF section 2.2.1
 */
export const signInQuery = (request: SignInRequest): Pairs =>
  pairsOf(
    ['wa', 'wsignin1.0'],
    ['wtrealm', request.realm],
    ['wreply', request.reply],
    ['wctx', request.context],
    ['wct', request.at === undefined ? undefined : instantOf(request.at).replace(/\.\d+Z$/, 'Z')],
    ['wfresh', request.freshness?.toString()],
    ['wauth', request.authentication],
    ['whr', request.homeRealm],
  )

/** The query of a sign-out request; the session at the receiver ends, and the visitor is sent on to `reply`. */
export const signOutQuery = ({ realm, reply, context }: Pick<SignInRequest, 'realm' | 'reply' | 'context'>): Pairs =>
  pairsOf(['wa', 'wsignout1.0'], ['wtrealm', realm], ['wreply', reply], ['wctx', context])

/** The query by which a party is told to forget its session. */
export const cleanUpQuery = ({ reply }: Pick<SignInRequest, 'reply'> = {}): Pairs =>
  pairsOf(['wa', 'wsignoutcleanup1.0'], ['wreply', reply])

/**
 * The fields of the form that takes a result to its party.
 *
 * @param result text of a token response or a fault
 * @see WS-Federation 1.2 section 13.2.3
 */
export const responseFields = (result: string, context?: string): Pairs =>
  pairsOf(['wa', 'wsignin1.0'], ['wresult', result], ['wctx', context])
