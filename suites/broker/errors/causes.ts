import type { ErrorRowId, TriggeredRowId } from '../../../fixtures/error-table.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import type { AuthorizeInput, CallbackInput, SignInInput } from '../../../harness/dialects/dialect.ts'
import type { Triggers } from '../../../harness/dialects/trigger.ts'
import { triggerRequest } from '../../../harness/dialects/trigger.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { authorize, peopleOf as clientOf, registeredGetsCode, validRequest } from '../authorize/request.ts'
import { partiesSignIn, peopleOf, signIn, speaks, validSignIn } from '../sign-in/request.ts'
import type { ErrorPage } from './page.ts'
import { pageIn } from './page.ts'

/** What the dialect lacks where it leaves the text of a row open; its rows are then its own. */
export const worded =
  (row: ErrorRowId): NonNullable<Check['applies']> =>
  ({ wording }) =>
    wording[row] === undefined ? `dialect.wording.${row}` : undefined

/** What a target lacks that declares no request for a row. */
export const triggered =
  (row: TriggeredRowId): NonNullable<Check['applies']> =>
  (dialect, declared) =>
    declared.triggers[row] === undefined ? `control.triggers.${row}` : worded(row)(dialect, declared)

/** The request that the target declares for a row, in a fresh browser. */
export const trigger = async ({ slice, triggers, at, browser }: Context, row: keyof Triggers): Promise<Journey> => {
  const one = triggers[row]
  const [party] = slice.parties
  const [client] = slice.clients
  if (one === undefined || party === undefined || client === undefined) throw new TypeError(`nothing causes ${row}`)
  const { realm, reply, tenant } = party
  return browser().go(triggerRequest(one, { realm, reply, tenant, client: client.id }, at))
}

/** A sign-in request of the party of the slice with something changed, without anybody to sign in. */
export const askedFor = (context: Context, changed: SignInInput): Promise<Journey> => {
  const { party } = peopleOf(context)
  return context.browser().go(speaks(context, 'signIn').request({ ...validSignIn(context, party), ...changed }, context.at))
} // prettier-ignore

/** A sign-in whose identity provider answers with what is not to be believed. */
export const disbelieved = async (context: Context): Promise<Journey> => {
  const { party, user } = peopleOf(context)
  context.hostile('idp.changes-nonce', 'idp.omits-wsfed-signature')
  const { journey } = await signIn(context, validSignIn(context, party), user)
  context.hostile()
  return journey
}

/** An authorization request of the client of the slice with something changed. */
export const authorized = async (context: Context, changed: Partial<AuthorizeInput>): Promise<Journey> =>
  (await authorize(context, { ...validRequest(context), ...changed })).journey

/** A callback to no request. */
export const calledBack = async (context: Context, input: CallbackInput): Promise<Journey> => {
  const { callback } = context.dialect
  if (callback === null) throw new TypeError('the dialect does not speak callback')
  return context.browser().go(callback.request(input, context.at))
}

/** A redemption of a code that nobody issued, by the client of the slice. */
export const redeemed = async (context: Context, code: string): Promise<Journey> => {
  const { redeem } = context.dialect
  if (redeem === null || redeem === 'undriven') throw new TypeError('the dialect does not speak redeem')
  const { client } = clientOf(context)
  const [redirectUri = ''] = client.redirectUris
  const state = `uri=${redirectUri}|cid=${client.id}`
  const input = { code, state, clientId: client.id, redirectUri, resource: client.resource }
  return context.browser().go(redeem.request(input, context.at))
}

/** A page of the target without any details: of a request that is no WS-Federation request, or of an unknown client. */
export const plainPage = async (context: Context, side: 'sign-in' | 'oauth'): Promise<ErrorPage | undefined> => {
  if (side === 'oauth') return pageIn(await authorized(context, { clientId: nobody }))
  const { signIn: asks } = context.dialect
  return asks === null || asks === 'undriven' ? undefined : pageIn(await askedFor(context, { action: [] }))
}

/** A client id that is nobody's. */
export const nobody = '00000000-0000-4000-8000-000000000000'

/** The control of what concerns the whole target: a party signs in where the dialect can, else a client gets its code. */
export const worksAtAll = async (context: Context): Promise<void> => {
  const { signIn: asks, metadata, authorize: code } = context.dialect
  if (asks !== null && asks !== 'undriven' && metadata !== null && metadata !== 'undriven') {
    return partiesSignIn(context)
  }
  if (code === null) throw new Inconclusive('control', 'the dialect speaks neither signIn nor authorize')
  return registeredGetsCode(context)
}
