import { encodeForm } from '../../protocols/form.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import type { Exchange } from '../record/exchange.ts'
import { post } from './authorize.ts'
import type { Endpoints, Outcome, RedeemInput } from './dialect.ts'

/** The documented form of a redemption: ClientSecret is empty, since the secret exists on the broker only. */
export const redeemRequest = (
  { code, state, clientId, redirectUri, resource }: RedeemInput,
  { target, paths }: Endpoints,
): WireRequest =>
  post(
    target,
    paths.token,
    encodeForm([
      ['AuthorizationCode', code],
      ['State', state],
      ['TokenEndpointUrl', target + paths.token],
      ['ClientId', clientId],
      ['ClientSecret', ''],
      ['RedirectUri', redirectUri],
      ['Resource', resource],
    ]),
    'application/json',
  )

/** Reads the answer to a redemption: a token is a JSON object with `access_token` (RFC 6749 section 5.1). */
export const readToken = (hops: readonly Exchange[]): Outcome => {
  const { response } = hops.at(-1) ?? {}
  if (response === undefined) return { is: 'unreadable', why: 'there was no answer' }
  const text = textOf(response)
  const body = parsed(text)
  if (response.status < 300 && typeof body === 'object' && body !== null && 'access_token' in body) {
    return { is: 'token', body }
  }
  return response.status >= 400 || /\b(error|invalid)/i.test(text)
    ? { is: 'refusal', text }
    : { is: 'unreadable', why: `status ${response.status} without an access_token` }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
