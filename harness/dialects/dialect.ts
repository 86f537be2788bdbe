import type { ErrorRowId } from '../../fixtures/error-table.ts'
import { errorRowIds } from '../../fixtures/error-table.ts'
import type { Pairs, WireRequest } from '../../protocols/wire.ts'
import type { TrustDialect } from '../../protocols/ws-trust/dialect.ts'
import type { TokenRequest } from '../../protocols/ws-trust/request.ts'
import type { Element } from '../../protocols/xml/element.ts'
import type { Exchange } from '../record/exchange.ts'

/** Where the parts of a target answer: paths from its origin, each beginning with `/`. */
export type Paths = {
  authorize: string
  callback: string
  token: string
  /** Where relying parties send visitors to sign in and out. */
  signIn: string
  /** Where the identity provider's answer to a sign-in comes back. */
  reply: string
  metadata: string
  /** Where token requests of WS-Trust are posted. */
  trust: string
}

/** The origins of a run (no trailing slash) and the target's paths. `also` are further origins of the target. */
export type Endpoints = { target: string; also?: readonly string[]; idp: string; paths: Paths }

/** Whether an origin belongs to the target. */
export const isTargets = ({ target, also = [] }: Endpoints, origin: string): boolean =>
  origin === target || also.includes(origin)

/** What an answer means, whatever it looks like. */
export type Outcome =
  | { is: 'redirect'; to: string; params: Pairs }
  | { is: 'form-post'; action: string; fields: Pairs }
  | { is: 'token'; body: unknown }
  | { is: 'document'; text: string }
  | { is: 'refusal'; row?: ErrorRowId; text: string }
  | { is: 'page' }
  | { is: 'unreadable'; why: string }

/** An operation of the target: a pure pair of what to send and how to read the hops that came of it. */
export type Operation<Input> = {
  request(input: Input, at: Endpoints): WireRequest
  read(hops: readonly Exchange[]): Outcome
}

/** An authorization request. A list sends the parameter once for each value; `[]` leaves it out. */
export type AuthorizeInput = {
  clientId: string | readonly string[]
  redirectUri: string | readonly string[]
  responseType: string | readonly string[]
  resource: string | readonly string[]
  state: string | readonly string[]
  /** A realm to name in the path, where the dialect can. */
  realm?: string
  /** Another version of OAuth to name in the path, where the dialect can. */
  version?: string
  /** Parameters beside, in order, after all others. */
  more?: Pairs
  /** Sends the parameters in the body instead of the query (RFC 6749 section 3.1). */
  method?: 'POST'
  /** What the user agent likes to read; `text/html` unless told. */
  accept?: string
}

/** A field of a form. A list sends it once for each value; `[]` leaves it out. */
type Field = string | readonly string[]

/** What every token request says. */
type TokenInput = {
  state: Field
  clientId: Field
  redirectUri: Field
  resource: Field
  /** Empty unless told, since the secret exists on the broker only. */
  clientSecret?: Field
  /** The token endpoint as the caller names it; the target's own unless told. */
  tokenEndpoint?: Field
  /** A realm to name in the path, where the dialect can. */
  realm?: string
  /** Another version of OAuth to name in the path, where the dialect can. */
  version?: string
  /** Fields beside, in order, after all others. */
  more?: Pairs
}

/** A code to be redeemed by the client it was given to. */
export type RedeemInput = TokenInput & { code: Field }

/** A refresh token to be renewed by the client it was given to. */
export type RenewInput = TokenInput & { refreshToken: Field }

/** A request for an app-only token with the token of a user; `[]` leaves that out. */
export type AppOnlyInput = {
  token: string | readonly string[]
  clientId: string
  realm: string
  resource: string
  redirectUri: string
}

/** A sign-in request of a relying party. A list sends the parameter once for each value; `[]` leaves it out. */
export type SignInInput = Partial<
  Record<'action' | 'realm' | 'reply' | 'context' | 'freshness', string | readonly string[]>
> & {
  /** Parameters beside, in order, after all others. */
  more?: Pairs
}

/** A token request of WS-Trust: for which realm, and with the assertion that says who asks. */
export type IssueInput = Pick<TokenRequest, 'tokenType' | 'messageId' | 'timestamp'> & { realm: string; token: Element }

/** A sign-out, and where the user would like to go after it. */
export type SignOutInput = { reply?: string | readonly string[]; more?: Pairs }

/** What may come back from upstream; `undefined` leaves a parameter out. */
export type CallbackInput = { code?: string; state?: string; error?: string }

/** The documented refusals of the authorize flow, and the rows of the error table. */
export const refusalNames = ['invalid_client_id', 'invalid_redirect_uri', ...errorRowIds] as const
export type RefusalName = (typeof refusalNames)[number]

/** The response modes in which a code comes back (OAuth 2.0 Multiple Response Types; OAuth 2.0 Form Post Response Mode). */
export const responseModes = ['query', 'form_post'] as const

/** The target speaks it, and no check drives it yet. */
export type Undriven = 'undriven'

/** How a target is spoken to. `null` means that it lacks the operation. */
export type Dialect = {
  name: string
  /**
   * Whether the sources describe this dialect. If so, their order (validate, then sign in) and their wording are owed; if
   * not, only what leaks counts.
   */
  documented: boolean
  /** Whether users are sent to an identity provider behind the target. */
  upstream: boolean
  paths: Paths
  /** The texts by which refusals are known; absent: any wording will do. */
  wording: Partial<Record<RefusalName, string>>
  /** What stands before the authorize and the token path to name a realm, with `{realm}` in it; `null`: nothing does. */
  realmPath: string | null
  /** The authorize path for a version of OAuth, with `{version}` in it; `null`: the path names no version. */
  versionPath: string | null
  /** The token path for a version of OAuth, with `{version}` in it; `null`: the path names no version. */
  tokenVersionPath: string | null
  /** How an answer comes back from upstream to the callback: in its query, or as a form that the browser posts. */
  responseMode: (typeof responseModes)[number]
  /** The edition of WS-Trust in which tokens are asked for. */
  trustVersion: TrustDialect
  /** Parameters that every authorization request carries beside, or, as `null`, that this dialect does not know. */
  parameters: Readonly<Record<string, string | null>>
  authorize: Operation<AuthorizeInput> | null
  callback: Operation<CallbackInput> | null
  signIn: Operation<SignInInput> | Undriven | null
  signOut: Operation<SignOutInput> | Undriven | null
  issue: Operation<IssueInput> | Undriven | null
  metadata: Operation<object> | Undriven | null
  redeem: Operation<RedeemInput> | Undriven | null
  renew: Operation<RenewInput> | Undriven | null
  /** Its form is undocumented: a target declares it. */
  appOnly: Operation<AppOnlyInput> | null
}
