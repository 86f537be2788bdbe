import type { Capability, DeclaredCapability } from '../../fixtures/clauses/clause.ts'
import { operations } from '../../fixtures/clauses/clause.ts'
import { documentedRows, errorRowIds } from '../../fixtures/error-table.ts'
import { authorizeRequest, callbackRequest, readAuthorize } from './authorize.ts'
import type { AuthorizeInput, CallbackInput, Dialect, Operation, SignInInput, SignOutInput } from './dialect.ts'
import { readToken, redeemRequest } from './redeem.ts'
import { metadataRequest, readDocument, signInRequest, signOutRequest } from './sign-in.ts'

/** The documented dialect of TRUST: Authorization Flow. */
const k2trust: Dialect = {
  name: 'k2trust',
  documented: true,
  upstream: true,
  paths: {
    authorize: '/authorize/oauth/2/request',
    callback: '/authorize/oauth/2',
    token: '/token/oauth/2',
    signIn: '/wsfed',
    reply: '/wsfed/reply',
    metadata: '/federationmetadata/2007-06/federationmetadata.xml',
  },
  wording: {
    invalid_client_id: 'Bad Request: invalid_client_id',
    invalid_redirect_uri: 'Bad Request: invalid_redirect_uri',
    ...Object.fromEntries(errorRowIds.map((row) => [row, documentedRows[row].text[0]])),
  },
  realmPath: '/{realm}',
  versionPath: '/authorize/oauth/{version}/request',
  responseMode: 'query',
  parameters: {},
  authorize: null,
  callback: null,
  signIn: 'undriven',
  signOut: 'undriven',
  metadata: 'undriven',
  redeem: { request: redeemRequest, read: readToken },
  renew: 'undriven',
  appOnly: 'undriven',
}

/** The plain form of RFC 6749; order and wording are the target's own. */
const oauth2: Dialect = {
  ...k2trust,
  name: 'oauth2',
  documented: false,
  paths: { ...k2trust.paths, authorize: '/authorize', callback: '/callback', token: '/token' },
  wording: {},
  realmPath: null,
  versionPath: null,
  redeem: 'undriven',
  signIn: null,
  signOut: null,
  metadata: null,
  appOnly: null,
}

const dialects = { k2trust, oauth2 } as const

/** The dialects that a target can name. */
export type DialectName = keyof typeof dialects
export const dialectNames: readonly [DialectName, ...DialectName[]] = ['k2trust', 'oauth2']

/** A dialect by name, or one with any part of its own. */
export type DialectChoice =
  | DialectName
  | ({ extends: DialectName } & Partial<Omit<Dialect, 'paths'>> & { paths?: Partial<Dialect['paths']> })

/** Completes a target's choice; an operation it does not give is that of the dialect it extends. */
export const resolveDialect = (choice: DialectChoice): Dialect => {
  const { extends: base, paths, ...own } = typeof choice === 'string' ? { extends: choice, paths: {} } : choice
  const known = dialects[base]
  const form = { ...known, ...own }
  const authorize: Operation<AuthorizeInput> = {
    request: (input, at) => authorizeRequest(input, at, form),
    read: (hops) => readAuthorize(form.wording, hops),
  }
  const signIn: Operation<SignInInput> = { request: signInRequest, read: authorize.read }
  const signOut: Operation<SignOutInput> = { request: signOutRequest, read: authorize.read }
  const metadata: Operation<object> = { request: metadataRequest, read: readDocument }
  const callback: Operation<CallbackInput> = {
    request: (input, at) => callbackRequest(input, at, form),
    read: authorize.read,
  }
  const federation = known.signIn === null ? {} : { signIn, signOut, metadata }
  return { ...known, authorize, callback, ...federation, ...own, paths: { ...known.paths, ...paths } }
}

/** What a target can do: what it declares, and every operation that its dialect speaks. */
export const capabilitiesOf = (declared: readonly DeclaredCapability[], dialect: Dialect): ReadonlySet<Capability> =>
  new Set([
    ...declared,
    ...operations.filter((name) => dialect[name] !== null).map((name) => `speaks:${name}` as const),
  ])
