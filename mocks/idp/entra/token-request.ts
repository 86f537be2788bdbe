import type { Client, Tenant } from '../../../fixtures/world/shapes.ts'
import type { Directory } from './directory.ts'
import type { Granted } from './claims.ts'
import { isKnownIn, isResource } from './directory.ts'
import type { Guard, Refusal } from './guard.ts'
import { readScopes } from './scopes.ts'
import type { Entra, Version } from './state.ts'

/** Name and secret of a client, and how many ways of sending them were used at once. */
export type Credentials = { id: string; secret: string; ways: number }

/** A request to the token endpoint as it came. */
export type TokenRequest = {
  entra: Entra
  version: Version
  method: string
  directory: Directory | undefined
  form: URLSearchParams
  credentials: Credentials
  client: Client | undefined
}

/** A request whose directory and client have been checked. */
export type Authenticated = TokenRequest & { directory: Directory; client: Client }

/** What a grant type decides: what is granted, with which tokens beside the access token, or why not. */
export type Decision =
  | Refusal
  | (Granted & {
      openid: boolean
      /** The value of the refresh token that comes along. */
      refreshToken: string | undefined
    })

/** Reads name and secret from the form and from the Basic header (RFC 6749 section 2.3.1). */
export const credentialsOf = (form: URLSearchParams, authorization: string | null): Credentials => {
  const basic = /^Basic +([\w+/=]+)$/i.exec(authorization ?? '')?.[1]
  if (basic === undefined) return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '', ways: 1 }
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':')
  return { id: decoded(id), secret: decoded(secret.join(':')), ways: form.has('client_secret') ? 2 : 1 }
}

const decoded = (text: string) => new URLSearchParams(`x=${text.replaceAll('&', '%26')}`).get('x') ?? ''

const missing = (name: string) => ({
  error: 'invalid_request',
  code: 900144,
  says: `The request body must contain the following parameter: '${name}'.`,
})

/** A rule that a parameter is there and not empty. */
export const needs = (name: string): Guard<{ form: URLSearchParams }> => ({
  ...missing(name),
  unless: ({ form }) => (form.get(name) ?? '') !== '',
})

/** The rules of every grant type, in order: the tenant, the client, and its secret. */
// oxfmt-ignore
export const tokenGuards: readonly Guard<TokenRequest>[] = [
  { error: 'invalid_request', code: 900561, says: 'The endpoint only accepts POST requests.', unless: ({ method }) => method === 'POST' },
  { error: 'invalid_request', code: 90002, says: 'Tenant not found.', unless: ({ directory }) => directory !== undefined },
  { error: 'invalid_request', code: 9000411, says: 'The request is not properly formatted. A parameter is duplicated.', unless: ({ form }) => form.size === new Set(form.keys()).size },
  needs('grant_type'),
  { ...missing('client_id'), unless: ({ credentials }) => credentials.id !== '' },
  { error: 'unauthorized_client', code: 700016, says: 'Application was not found in the directory.', unless: ({ entra, client, directory }) => client !== undefined && directory !== undefined && isKnownIn(entra, directory, client) },
  { error: 'unauthorized_client', code: 50194, says: 'Application is not configured as a multi-tenant application. Usage of the /common endpoint is not supported.', unless: ({ entra, client, directory }) => directory?.is === 'tenant' || entra.multiTenant.has(client?.id ?? '') },
  { error: 'invalid_request', code: 90023, says: 'The client used more than one way to authenticate.', unless: ({ credentials, form }) => credentials.ways === 1 && (form.get('client_id') ?? credentials.id) === credentials.id },
  { error: 'invalid_client', code: 7000218, says: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", status: 401, unless: ({ credentials }) => credentials.secret !== '' },
  { error: 'invalid_client', code: 7000215, says: 'Invalid client secret provided.', status: 401, unless: ({ credentials, client }) => credentials.secret === client?.secret },
]

/** The API that a token request names: by `resource` in v1, by `scope` in v2. Empty for none, undefined for several. */
export const resourceOf = ({ version, form }: TokenRequest): string | undefined =>
  version === 1 ? (form.get('resource') ?? '') : readScopes(form.get('scope') ?? '').resource

/** The rules about the API that is named, if one is; `tenant` is that of the grant. */
// oxfmt-ignore
export const resourceGuards: readonly Guard<TokenRequest & { tenant: Tenant }>[] = [
  { error: 'invalid_scope', code: 70011, says: 'The scope names more than one resource.', unless: (asked) => resourceOf(asked) !== undefined },
  { error: 'invalid_resource', code: 500011, says: 'The resource principal was not found in the tenant.', unless: (asked) => (resourceOf(asked) ?? '') === '' || isResource(asked.entra, asked, resourceOf(asked) ?? '') },
]
