import type { JWTPayload } from 'jose'
import { documentedRows } from '../../fixtures/error-table.ts'
import type { Metadata } from '../../protocols/metadata/metadata.ts'
import type { Refused } from '../../protocols/refusal.ts'
import type { Assertion, Claim, SamlVersion } from '../../protocols/saml/assertion.ts'
import { issue } from '../../protocols/saml/issue.ts'
import type { Expected, Verified } from '../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import type { Signer } from '../../protocols/signature/sign.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { Message } from '../../protocols/ws-federation/read-message.ts'
import { readMessage } from '../../protocols/ws-federation/read-message.ts'
import type { SignInRequest } from '../../protocols/ws-federation/request.ts'
import { signInQuery, signOutQuery } from '../../protocols/ws-federation/request.ts'
import type { TokenRequest } from '../../protocols/ws-trust/request.ts'
import { readTokenRequest } from '../../protocols/ws-trust/request.ts'
import type { TokenResponse } from '../../protocols/ws-trust/response.ts'
import type { Element } from '../../protocols/xml/element.ts'
import type { Proved } from './claims.ts'
import { escapeHtml } from '../html.ts'
import { carriedFrom, tenantNamedIn } from './claims.ts'
import type { Numbers } from './error-numbers.ts'
import { numbersOf, statusOf } from './error-numbers.ts'
import { verifyIdToken } from './id-token.ts'
import type { Age, Shown } from './policies.ts'
import type { Session } from './sessions.ts'
import type {
  BrokerApplication, BrokerParty, BrokerTenant, ExpectedIdToken, Membership, PendingSignIn, Row, Signers, Upstream,
} from './sign-in-terms.ts' // prettier-ignore
import { eightHours } from './sign-in-terms.ts'

/**
 * Every decision of the reference broker's WS-Federation side, each separate and, but for signatures, pure. A fault replaces
 * exactly one of them; so does a lawful variant.
 */
export type SignInPolicies = {
  /**
   * What a message is; `query` is that of its URL, which is no part of a message that is posted. A request whose party or reply is validated by
   * other values than it is answered by says which ones: an honest broker knows none.
   */
  reads(parameters: Pairs, query?: Pairs): Message & { answeredBy?: Pick<SignInRequest, 'realm' | 'reply'> }
  /** What a token request of WS-Trust says, or why it is none. */
  readsTokenRequest(text: string): { is: 'token-request'; request: TokenRequest } | Refused
  /** The party of an AppliesTo: exact string comparison. */
  findAppliesTo(parties: readonly BrokerParty[], realm: string): BrokerParty | undefined
  /** What an assertion is that is issued over WS-Trust: the one that WS-Federation would have brought. */
  overTrust(assertion: Assertion, request: TokenRequest): Assertion
  /** The party of a realm: exact string comparison. */
  findParty(parties: readonly BrokerParty[], realm: string): BrokerParty | undefined
  /** Whether a `wreply` is the registered one: exact string comparison. */
  acceptsReply(given: string, registered: string): boolean
  /** `wctx` as it is kept. */
  keepContext(context: string): string
  /** Which credentials the broker asks for itself. */
  prompts(request: SignInRequest): 'password' | 'basic' | undefined
  /** How old the authentication of a user may be, in minutes, for a party to be served; `undefined`: any that a session bears. */
  freshnessOf(request: SignInRequest, party: BrokerParty, sessions: readonly Session[]): number | undefined
  /** The session that serves a request; `sessions` are those of the browser. */
  findSession(
    sessions: readonly Session[],
    party: BrokerParty,
    request: SignInRequest,
    now: number,
  ): Session | undefined
  /** Where a user signs in, and how: at the tenant of the party. */
  chooseUpstream(
    tenants: readonly BrokerTenant[],
    party: BrokerParty,
    request: SignInRequest,
  ): { tenant: BrokerTenant; upstream: Upstream } | undefined
  /** The query of a WS-Federation request upstream, but for the context. */
  federationQuery(application: BrokerApplication, request: SignInRequest): Pairs
  /** The query of an OpenID Connect request upstream, but for the state. `known`: the browser has a session. */
  openIdQuery(application: BrokerApplication, request: SignInRequest, nonce: string, known: boolean): Pairs
  /** The attributes of a cookie. */
  cookieAttributes(kind: 'sign-in' | 'session'): string

  /** Whether a sign-in is still pending. */
  stillPending(age: Age): boolean
  /** Whether a node knows a pending sign-in that another node began. */
  knownAt(node: number, begunAt: number, pending: PendingSignIn): boolean
  /** Where a pending sign-in is spent by its answer. */
  spends(accepted: boolean): 'everywhere' | 'here' | 'nowhere'
  /** The pending sign-in of an answer; `known` is the one with its state, `newest` the last that was begun. */
  findPending(known: PendingSignIn | undefined, newest: PendingSignIn | undefined): PendingSignIn | undefined
  /** Whether an answer comes from the browser that began the sign-in: `marks` are those that its cookies carry. */
  sameBrowser(begun: string, marks: readonly string[]): boolean
  /** Whether an answer may come in this way. */
  acceptsKind(begun: Upstream, answered: Upstream): boolean
  /** The session that serves a request which the identity provider has refused: none. `sessions` are those of the browser. */
  servesRefused(error: string, sessions: readonly Session[], party: BrokerParty): Session | undefined
  /** What a `wresult` proves that is of no directory: nothing. `get` asks for a document, wherever it is. */
  provedElsewhere(
    text: string,
    begun: PendingSignIn,
    expected: { application: BrokerApplication; now: number },
    get: (url: string) => Promise<string>,
  ): Promise<Proved | undefined>
  /** The tenant whose issuer is `named` in a token; `asked` is where the user was sent. */
  findIssuer(
    tenants: readonly BrokerTenant[],
    named: string,
    upstream: Upstream,
    asked: BrokerTenant,
  ): BrokerTenant | undefined
  /** What an upstream `wresult` proves, or why nothing. */
  believesAssertion(text: string, expected: Expected): Verified | Refused
  /** The payload of an upstream id token, or `undefined` where it proves nothing. */
  believesIdToken(token: string, expected: ExpectedIdToken): Promise<JWTPayload | undefined>
  /** The tenant that the claims of a token name. */
  namesTenant(claims: readonly Claim[]): string | undefined
  /** Whether a user is a member of the directory of a party, whatever the request says. */
  isMember(proved: Membership, party: BrokerParty, request: SignInRequest): boolean
  /** Whether a token has been seen before. */
  isReplay(id: string, seen: (id: string) => boolean): boolean

  /** The id of an issued assertion. */
  assertionId(fresh: string, upstream: string): string
  /** Whom an issued assertion is for; `earlier` are the realms that had one in the session before. */
  audiences(party: BrokerParty, application: BrokerApplication, earlier: ReadonlySet<string>): string[][]
  /** From when to when an issued assertion is valid; `session` is when the session began. */
  lifetime(now: number, session: number): { notBefore: number; notOnOrAfter: number }
  /** The version of an issued assertion; `earlier` are the realms that had one in the session before. */
  tokenVersion(party: BrokerParty, upstream: Upstream, earlier: ReadonlySet<string>): SamlVersion
  /** What a party is told of a user. */
  claimsFor(claims: readonly Claim[], party: BrokerParty): Claim[]
  /** The signer of tokens and of metadata. */
  signsWith(signers: Signers): Signer | undefined
  /** Signs an assertion. */
  signs(assertion: Assertion, signer: Signer): Promise<Element>
  /** What a response says of the token in it; `session` is when the session began. */
  describes(response: TokenResponse, session: number): TokenResponse
  /** Where a result is posted; `newest` is the sign-in that was begun last. */
  destination(party: BrokerParty, given: string | undefined, newest: PendingSignIn | undefined): string

  /** Which sessions of a browser end with a sign-out. */
  ends(sessions: readonly Session[]): readonly Session[]
  /** Whether the user may be sent to a URL after a sign-out: it is the reply of a party. */
  acceptsSignOutReply(given: string, parties: readonly BrokerParty[]): boolean
  /** The parties that are told of the end of a session. */
  cleansUp(session: Session, parties: readonly BrokerParty[]): BrokerParty[]
  /** The query by which the identity provider is told of a sign-out; `undefined` tells it nothing. */
  signOutUpstream(application: BrokerApplication, request: SignInRequest): Pairs | undefined

  /** The certificates that the metadata publishes. */
  publishes(signers: Signers): string[]
  /** What else the metadata says. */
  describesItself(metadata: Metadata): Metadata

  /** How a refusal reaches the user. */
  show(row: Row): Shown
  /** The text of a refusal, with the realm and the details of it. */
  wording(row: Row, told: { realm?: string; because?: string }): string
  /** The text of a refusal as markup. */
  marksUp(text: string): string
  /** The code and id that the page of a row shows. */
  numbers(row: Row, told: { realm?: string }): Numbers
  /** What is served in the place of metadata that cannot be generated; `undefined`: the error page. */
  insteadOfMetadata(): { status: number; text: string } | undefined
}

/** The policies of an honest broker on its WS-Federation side. */
export const honestSignIn: SignInPolicies = {
  reads: (parameters) => readMessage(parameters),
  readsTokenRequest: readTokenRequest,
  findAppliesTo: (parties, realm) => parties.find((party) => party.realm === realm),
  overTrust: (assertion) => assertion,
  findParty: (parties, realm) => parties.find((party) => party.realm === realm),
  acceptsReply: (given, registered) => given === registered,
  keepContext: (context) => context,
  prompts: () => undefined,
  freshnessOf: ({ freshness }) => freshness,
  findSession: (sessions, { tenant }, { freshness = Infinity }, now) =>
    sessions.find(
      (session) =>
        session.tenant === tenant &&
        now - session.begun < eightHours &&
        now - session.authenticated < freshness * 60_000,
    ),
  chooseUpstream(tenants, party) {
    const tenant = tenants.find(({ id }) => id === party.tenant)
    return tenant && { tenant, upstream: tenant.upstream }
  },
  federationQuery: ({ realm, reply }, { freshness }) =>
    signInQuery({ realm, reply, ...(freshness !== undefined && { freshness }) }),
  openIdQuery: ({ id, reply }, { freshness }, nonce) => [
    ['client_id', id],
    ['response_type', 'id_token'],
    ['response_mode', 'form_post'],
    ['scope', 'openid profile'],
    ['redirect_uri', reply],
    ['nonce', nonce],
    ...(freshness === undefined ? [] : [maximumAge(freshness)]),
  ],
  cookieAttributes: () => 'Path=/; Secure; HttpOnly; SameSite=None',

  stillPending: ({ begun, now }) => now - begun < 600_000,
  knownAt: () => true,
  spends: () => 'everywhere',
  findPending: (known) => known,
  sameBrowser: (begun, marks) => marks.includes(begun),
  acceptsKind: (begun, answered) => begun === answered,
  servesRefused: () => undefined,
  provedElsewhere: async () => undefined,
  findIssuer: (tenants, named, upstream) => tenants.find((tenant) => tenant[upstream].issuer === named),
  believesAssertion: verifyToken,
  believesIdToken: verifyIdToken,
  namesTenant: tenantNamedIn,
  isMember: ({ issuedBy, named }, { tenant }) => issuedBy === tenant && named === tenant,
  isReplay: (id, seen) => seen(id),

  assertionId: (fresh) => fresh,
  audiences: ({ realm }) => [[realm]],
  lifetime: (now) => ({ notBefore: now, notOnOrAfter: now + eightHours }),
  tokenVersion: ({ tokenVersion }) => tokenVersion,
  claimsFor: (claims) => carriedFrom(claims),
  signsWith: ([newest]) => newest,
  signs: (assertion, signer) => issue(assertion, signer),
  describes: (response) => response,
  destination: (party, given) => given ?? party.reply,

  ends: (sessions) => sessions,
  acceptsSignOutReply: (given, parties) => parties.some(({ reply }) => reply === given),
  cleansUp: (session, parties) => parties.filter(({ realm }) => session.parties.has(realm)),
  signOutUpstream: ({ realm }) => signOutQuery({ realm }),

  publishes: (signers) => signers.slice(0, 1).map(({ certificate }) => certificate),
  describesItself: (metadata) => metadata,

  show: (row) => ({ status: statusOf(row), behindRedirect: true }),
  wording(row, { realm = '', because }) {
    const { text, detailsInMessage } = documentedRows[row]
    const [before = '', after] = text
    const details = detailsInMessage && because !== undefined ? `: ${because}` : ''
    return after === undefined ? before + details : before + realm + after
  },
  marksUp: escapeHtml,
  numbers: numbersOf,
  insteadOfMetadata: () => undefined,
}

/** `prompt` and `max_age` of OpenID Connect Core section 3.1.2.1, for a freshness in minutes. */
const maximumAge = (minutes: number): [string, string] =>
  minutes === 0 ? ['prompt', 'login'] : ['max_age', String(minutes * 60)]
