import type { Provision } from '../../fixtures/world/provision.ts'
import type { ErrorRowId } from '../../fixtures/error-table.ts'
import type { Signer } from '../../protocols/signature/sign.ts'
import type { SignInRequest } from '../../protocols/ws-federation/request.ts'

/** A relying party, a tenant and the broker's own application, as the broker knows them. */
export type BrokerParty = Provision['parties'][number]
export type BrokerTenant = Provision['tenants'][number]
export type BrokerApplication = Provision['application']

/** The rows of the error table in which a WS-Federation message can end. */
export type Row = Extract<
  ErrorRowId,
  | 'unhandled'
  | 'not-ws-federation'
  | 'sign-in-request'
  | 'sign-in-response'
  | 'sign-out-request'
  | 'metadata'
  | 'unknown-realm'
>

/** Why a message was refused: the row, the details that its message tells in a word or two, and the realm that is unknown. */
export type RefusedMessage = { row: Row; because?: string; realm?: string }

/** How an upstream leg speaks. */
export type Upstream = BrokerTenant['upstream']

/** A sign-in that has gone upstream: for whom, in what words, from which browser. */
export type PendingSignIn = {
  party: BrokerParty
  request: SignInRequest
  /** `wctx`, as it is kept. */
  context: string | undefined
  /** Where the user was sent, and how. */
  tenant: BrokerTenant
  upstream: Upstream
  nonce: string
  /** The mark of the browser. */
  browser: string
}

/** What an id token must be: for whom, by whom, in answer to what, and when, in ms since 1970-01-01T00:00:00Z. */
export type ExpectedIdToken = {
  application: BrokerApplication
  issuer: string
  nonce: string
  now: number
  jwks: Provision['issuers'][number]['jwks']
}

/** Which tenant issued a token, and which one its tenant claim names. */
export type Membership = { issuedBy: string; named: string | undefined; name: string | undefined }

/** Signers, the newest first; there is always one. */
export type Signers = readonly Signer[]

/** How far the clocks of the broker and its identity provider may differ, in seconds. */
export const skew = 300

/** How long a token and a session live, in ms. */
export const eightHours = 8 * 3_600_000
