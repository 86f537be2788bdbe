import { encodeForm } from '../../protocols/form.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import { nextOf } from '../agent/next.ts'
import type { Exchange } from '../record/exchange.ts'
import { overloaded, post, readAuthorize } from './authorize.ts'
import type { Dialect, Endpoints, Outcome, RedeemInput } from './dialect.ts'
import type { RequestTemplate } from './form-template.ts'
import { fillForm } from './form-template.ts'

/** The form of a token request as data; without a path it is posted to the token path of the dialect. */
export type TokenForm = Pick<RequestTemplate, 'headers'> & { path?: string; form: Record<string, string> }

/** The documented form of a redemption. */
export const codeForm: TokenForm = {
  form: {
    AuthorizationCode: '{code}',
    State: '{state}',
    TokenEndpointUrl: '{tokenEndpoint}',
    ClientId: '{clientId}',
    ClientSecret: '{clientSecret}',
    RedirectUri: '{redirectUri}',
    Resource: '{resource}',
  },
}

/** The form of a renewal is undocumented: ours is that of a redemption, with a refresh token in the place of the code. */
export const refreshForm: TokenForm = {
  form: Object.fromEntries(
    Object.entries(codeForm.form).map(([name, value]) =>
      name === 'AuthorizationCode' ? ['RefreshToken', '{refreshToken}'] : [name, value],
    ),
  ),
}

const words = ['state', 'tokenEndpoint', 'clientId', 'clientSecret', 'redirectUri', 'resource', 'realm'] as const

/** What can be put into the declared form of a redemption; `{clientSecret}` is empty unless a check says otherwise. */
export const redemptionWords = ['code', ...words] as const

/** The same for a renewal. */
export const renewalWords = ['refreshToken', ...words] as const

/** A token request: what is given for a token, in the field that the form has for it, and all else. */
export const tokenRequest = (
  { path, form, headers = {} }: TokenForm,
  { given, more = [], ...input }: Omit<RedeemInput, 'code'> & { given: RedeemInput['code'] },
  { target, paths }: Endpoints,
  { realmPath, tokenVersionPath }: Pick<Dialect, 'realmPath' | 'tokenVersionPath'>,
): WireRequest => {
  const realm = input.realm === undefined ? '' : (realmPath ?? '')
  const versioned = input.version === undefined ? undefined : tokenVersionPath?.replace('{version}', input.version)
  const template = { path: path ?? realm + (versioned ?? paths.token), form, headers }
  const filled = fillForm(template, {
    code: given,
    refreshToken: given,
    state: input.state,
    tokenEndpoint: input.tokenEndpoint ?? target + paths.token,
    clientId: input.clientId,
    clientSecret: input.clientSecret ?? '',
    redirectUri: input.redirectUri,
    resource: input.resource,
    realm: input.realm ?? [],
  })
  const body = [filled.form ?? '', encodeForm(more)].filter((part) => part !== '').join('&')
  const request = post(target, filled.rawPath, body, 'application/json')
  return { ...request, headers: [...request.headers, ...filled.headers] }
}

/**
 * Reads the answer to a token request: a token is a JSON object whose `access_token` is a text (RFC 6749 section 5.1), or comes
 * as a form that is posted on. A JSON object with `error` is a refusal whatever its status (section 5.2); all else is read as
 * the answer to an authorization request is.
 */
export const readToken = (wording: Dialect['wording'], hops: readonly Exchange[]): Outcome => {
  const last = hops.at(-1)
  if (last?.response === undefined) return { is: 'unreadable', why: 'there was no answer' }
  const text = textOf(last.response)
  const body = parsed(text)
  if (last.response.status < 300 && isObject(body) && isText(body['access_token'])) return { is: 'token', body }
  if (isObject(body) && typeof body['error'] === 'string' && !overloaded.has(last.response.status))
    return { is: 'refusal', text }
  const outcome = readAuthorize(wording, hops)
  if (outcome.is !== 'page') return outcome
  return nextOf(last).is === 'page' && /\b(error|invalid)/i.test(text)
    ? { is: 'refusal', text }
    : { is: 'unreadable', why: `status ${last.response.status} without an access_token` }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
