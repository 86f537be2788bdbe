import type { WireResponse } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'

/** The parameters that carry a secret. */
export const secretNames = [
  'code', 'client_secret', 'ClientSecret', 'AuthorizationCode', 'access_token', 'refresh_token', 'id_token', 'passwd',
  'password', 'wresult', 'SAMLResponse', 'assertion', 'client_assertion', 'code_verifier', 'SPAppToken',
] as const // prettier-ignore

const names = secretNames.join('|')
const forms: readonly RegExp[] = [
  new RegExp(String.raw`[?&#;](?:${names})=([^&#"'<>\s]{16,})`, 'gi'),
  new RegExp(String.raw`"(?:${names})"\s{0,9}:\s{0,9}"([^"]{16,})"`, 'gi'),
  new RegExp(String.raw`name="(?:${names})" value="([^"]{16,})"`, 'gi'),
]

/**
 * What an answer hands out that must not be written down: codes and tokens, as they stand in Location, in JSON and
 * in forms. A value that looks chosen rather than drawn is left alone, or a target could blot out any word of a report.
 */
export const issuedIn = (response: WireResponse): string[] => {
  const text = `${headerOf(response.headers, 'location') ?? ''} ${textOf(response).slice(0, 65_536)}`
  return forms
    .flatMap((form) => [...text.matchAll(form)].map(([, value = '']) => value))
    .flatMap((value) => [value, decoded(value)])
    .filter((value) => value.length >= 16 && /\d/.test(value) && /[a-z]/i.test(value))
}

const decoded = (value: string) => {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
