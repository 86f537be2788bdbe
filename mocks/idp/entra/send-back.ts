import { HttpResponse } from 'msw'
import { encodeForm, withQuery } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { misbehaves } from './directory.ts'
import type { Refusal } from './guard.ts'
import { describe } from './guard.ts'
import { formPost } from '../form-post.ts'
import type { Entra, SignIn } from './state.ts'

/** Where an answer goes, and how. */
export type Return = Pick<SignIn, 'tenant' | 'redirectUri' | 'responseMode' | 'state'>

/** Sends the browser back to the client with these parameters and the state, in the response mode asked for. */
export const sendBack = (entra: Entra, to: Return, params: Pairs): HttpResponse<string | null> => {
  const all: Pairs = [...params, ...stateOf(entra, to)]
  if (to.responseMode === 'form_post') return formPost(to.redirectUri, all)
  const location =
    to.responseMode === 'fragment' ? `${to.redirectUri}#${encodeForm(all)}` : withQuery(to.redirectUri, all)
  return new HttpResponse(null, { status: 302, headers: { location, 'cache-control': 'no-store' } })
}

/** The parameters of a refusal. */
export const errorParams = (refusal: Refusal): Pairs => [
  ['error', refusal.error],
  ['error_description', describe(refusal)],
]

const stateOf = (entra: Entra, { tenant, state }: Return): Pairs => {
  if (misbehaves(entra, tenant?.id, 'idp.omits-state')) return []
  if (misbehaves(entra, tenant?.id, 'idp.changes-state')) return [['state', `not-${state ?? 'asked-for'}`]]
  return state === undefined ? [] : [['state', state]]
}
