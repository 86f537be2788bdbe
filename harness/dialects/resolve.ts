import type { Capability, DeclaredCapability } from '../../fixtures/clauses/clause.ts'
import { operations } from '../../fixtures/clauses/clause.ts'
import { documentedRows, errorRowIds } from '../../fixtures/error-table.ts'
import { appOnlyOperation } from './app-only.ts'
import { authorizeRequest, callbackRequest, readAuthorize } from './authorize.ts'
import type {
  AuthorizeInput,
  CallbackInput,
  Dialect,
  IssueInput,
  Operation,
  RedeemInput,
  RenewInput,
  SignInInput,
  SignOutInput,
} from './dialect.ts'
import type { RequestTemplate } from './form-template.ts'
import { issueRequest, readIssue } from './issue.ts'
import type { TokenForm } from './redeem.ts'
import { codeForm, readToken, refreshForm, tokenRequest } from './redeem.ts'
import { metadataRequest, readDocument, signInRequest, signOutRequest } from './sign-in.ts'

/** How a target is spoken to in OAuth: the flow that goes through a browser. */
const authorization = (form: Dialect): Pick<Dialect, 'authorize' | 'callback'> => {
  const read = readBy(form)
  const authorize: Operation<AuthorizeInput> = { request: (input, at) => authorizeRequest(input, at, form), read }
  const callback: Operation<CallbackInput> = { request: (input, at) => callbackRequest(input, at, form), read }
  return { authorize, callback }
}

/** How a target is spoken to in WS-Federation. */
const federation = (form: Dialect): Pick<Dialect, 'signIn' | 'signOut' | 'issue' | 'metadata'> => {
  const read = readBy(form)
  const signIn: Operation<SignInInput> = { request: signInRequest, read }
  const signOut: Operation<SignOutInput> = { request: signOutRequest, read }
  const metadata: Operation<object> = { request: metadataRequest, read: readDocument }
  const issue: Operation<IssueInput> = { request: (input, at) => issueRequest(input, at, form), read: readIssue }
  return { signIn, signOut, issue, metadata }
}

/** How a target is asked for tokens. */
const tokens = (form: Dialect): Pick<Dialect, 'redeem' | 'renew'> => ({
  redeem: redemption(codeForm, form),
  renew: renewal(refreshForm, form),
})

/** A redemption in a form, that of the documents or a declared one. */
const redemption = (template: TokenForm, form: Dialect): Operation<RedeemInput> => ({
  request: ({ code, ...input }, at) => tokenRequest(template, { ...input, given: code }, at, form),
  read: (hops) => readToken(form.wording, hops),
})

/** A renewal whose form is declared. */
const renewal = (template: TokenForm, form: Dialect): Operation<RenewInput> => ({
  request: ({ refreshToken, ...input }, at) => tokenRequest(template, { ...input, given: refreshToken }, at, form),
  read: (hops) => readToken(form.wording, hops),
})

const readBy =
  ({ wording }: Dialect): Operation<object>['read'] =>
  (hops) =>
    readAuthorize(wording, hops)

/** The documented dialect of TRUST: Authorization Flow; where WS-Trust is spoken, and in which edition, is not documented but ours. */
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
    trust: '/trust',
  },
  wording: {
    invalid_client_id: 'Bad Request: invalid_client_id',
    invalid_redirect_uri: 'Bad Request: invalid_redirect_uri',
    ...Object.fromEntries(errorRowIds.map((row) => [row, documentedRows[row].text[0]])),
  },
  realmPath: '/{realm}',
  versionPath: '/authorize/oauth/{version}/request',
  tokenVersionPath: '/token/oauth/{version}',
  responseMode: 'query',
  trustVersion: '1.3',
  parameters: {},
  authorize: null,
  callback: null,
  signIn: null,
  signOut: null,
  issue: null,
  metadata: null,
  redeem: null,
  renew: null,
  appOnly: null,
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
  tokenVersionPath: null,
  redeem: 'undriven',
  renew: 'undriven',
}

/** The plain form of WS-Federation 1.2 section 13; order and wording are the target's own. */
const wsfed: Dialect = {
  ...oauth2,
  name: 'wsfed',
  paths: { ...k2trust.paths, metadata: '/FederationMetadata/2007-06/FederationMetadata.xml' },
  redeem: null,
  renew: null,
}

/** Every known dialect with the operations that are driven in it. */
const dialects = {
  k2trust: { known: k2trust, speaks: [authorization, federation, tokens] },
  oauth2: { known: oauth2, speaks: [authorization] },
  wsfed: { known: wsfed, speaks: [federation] },
} as const

/** The dialects that a target can name. */
export type DialectName = keyof typeof dialects
export const dialectNames: readonly [DialectName, ...DialectName[]] = ['k2trust', 'oauth2', 'wsfed']

/** A dialect by name, or one with any part of its own; a token request of any kind may be given as the form that is posted. */
export type DialectChoice =
  | DialectName
  | ({ extends: DialectName } & Partial<Omit<Dialect, 'paths' | 'redeem' | 'renew' | 'appOnly'>> & {
        paths?: Partial<Dialect['paths']>
        redeem?: Dialect['redeem'] | TokenForm
        renew?: Dialect['renew'] | TokenForm
        appOnly?: Dialect['appOnly'] | RequestTemplate
      })

const isForm = (choice: object | string | null | undefined): choice is TokenForm =>
  typeof choice === 'object' && choice !== null && 'form' in choice

/** Completes a target's choice; an operation it does not give is that of the dialect it extends. */
export const resolveDialect = (choice: DialectChoice): Dialect => {
  const given = typeof choice === 'string' ? { extends: choice } : choice
  const { extends: base, paths, redeem, renew, appOnly, ...rest } = given
  const { known, speaks } = dialects[base]
  const plain: Dialect = { ...known, ...rest, paths: { ...known.paths, ...paths } }
  const redeems = isForm(redeem) ? redemption(redeem, plain) : redeem
  const renews = isForm(renew) ? renewal(renew, plain) : renew
  const asks = appOnly && 'path' in appOnly ? appOnlyOperation(appOnly, plain) : appOnly
  const own = {
    ...rest,
    ...(redeems !== undefined && { redeem: redeems }),
    ...(renews !== undefined && { renew: renews }),
    ...(asks !== undefined && { appOnly: asks }),
  }
  const form: Dialect = { ...plain, ...own }
  return speaks.reduce((dialect, side) => ({ ...dialect, ...side(form), ...own }), form)
}

/** What a target can do: what it declares, and every operation that its dialect speaks. */
export const capabilitiesOf = (declared: readonly DeclaredCapability[], dialect: Dialect): ReadonlySet<Capability> =>
  new Set([
    ...declared,
    ...operations.filter((name) => dialect[name] !== null).map((name) => `speaks:${name}` as const),
  ])
