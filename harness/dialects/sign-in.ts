import { encodeForm } from '../../protocols/form.ts'
import type { Pairs, WireRequest } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import type { Exchange } from '../record/exchange.ts'
import { get, overloaded } from './authorize.ts'
import type { Endpoints, Outcome, SignInInput, SignOutInput } from './dialect.ts'

const names = [
  ['action', 'wa'],
  ['realm', 'wtrealm'],
  ['reply', 'wreply'],
  ['context', 'wctx'],
  ['freshness', 'wfresh'],
] as const

/** A sign-in request with the parameters of WS-Federation 1.2 section 13.2.2; a list sends one repeatedly, `[]` leaves it out. */
export const signInRequest = (input: SignInInput, { target, paths }: Endpoints): WireRequest => {
  const given: SignInInput = { action: 'wsignin1.0', ...input }
  const pairs = names.flatMap(([key, name]) => [given[key] ?? []].flat().map((value): Pairs[number] => [name, value]))
  return get(target, `${paths.signIn}?${encodeForm([...pairs, ...(input.more ?? [])])}`)
}

/** A sign-out request (WS-Federation 1.2 section 13.2.4). */
export const signOutRequest = ({ reply, more = [] }: SignOutInput, at: Endpoints): WireRequest =>
  signInRequest({ action: 'wsignout1.0', ...(reply !== undefined && { reply }), more }, at)

/** Asks for the federation metadata. */
export const metadataRequest = (_: object, { target, paths }: Endpoints): WireRequest =>
  get(target, paths.metadata, 'application/xml, text/xml, */*')

/** Reads a document: whatever came with status 200. */
export const readDocument = (hops: readonly Exchange[]): Outcome => {
  const { response } = hops.at(-1) ?? {}
  if (response === undefined) return { is: 'unreadable', why: 'there was no answer' }
  if (overloaded.has(response.status))
    return { is: 'unreadable', why: `status ${response.status}, which says nothing of the request` }
  const text = textOf(response)
  return response.status === 200 ? { is: 'document', text } : { is: 'refusal', text }
}
