import type { ClauseId } from '../../../fixtures/clauses/clause.ts'
import type { Party, Tenant, User } from '../../../fixtures/world/shapes.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import type { IssueInput, RefusalName } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { encodeForm, valuesOf } from '../../../protocols/form.ts'
import { orRefused } from '../../../protocols/refusal.ts'
import { tokenIn } from '../../../protocols/ws-federation/result.ts'
import { responseFields, signInQuery } from '../../../protocols/ws-federation/request.ts'
import type { WireRequest } from '../../../protocols/wire.ts'
import type { Element } from '../../../protocols/xml/element.ts'
import { rootOf } from '../../../protocols/xml/read.ts'
import { says } from '../authorize/judgement.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import type { People } from '../sign-in/request.ts'
import { metadataOf, names, partiesOf, partiesSignInOver, seenBy, speaks, trustOf } from '../sign-in/request.ts'

/** The parties of tenants whose identity provider issues assertions: a token request carries one. */
export const trusting = (context: Context): [People, ...People[]] => {
  const [first, ...more] = partiesOf(context, 'wsfed')
  if (first === undefined) throw new Inconclusive('undelivered', 'no tenant signs its users in over WS-Federation')
  return [first, ...more]
}

/**
 * An assertion of a tenant's identity provider for the target: what a user gets who signs in there under the target's own realm. With
 * hostile modes the provider issues a bad one. Nothing of it reaches the target.
 */
export const upstreamToken = async (
  context: Context,
  tenant: Tenant,
  user: User,
  ...modes: HostileModeId[]
): Promise<Element> => {
  const { realm, reply } = context.application
  const rawPath = `/${tenant.id}/wsfed?${encodeForm(signInQuery({ realm, reply }))}`
  context.hostile(...modes)
  const request = { method: 'GET', origin: context.at.idp, rawPath, headers: [] }
  const journey = await context.browser().go(request, user, 'target')
  context.hostile()
  const last = journey.at(-1)
  const next = last && nextOf(last)
  const [result = ''] = next?.is === 'form-post' ? valuesOf(next.form.fields, 'wresult') : []
  const token = orRefused(() => tokenIn(rootOf(result)))
  if (!('is' in token)) return token
  throw new Inconclusive('undelivered', `the identity provider issued no token to ask with: ${token.detail}`)
}

/** Posts a request, and brings the token of the answer to a party, as a client would. */
const sent = async (context: Context, party: Party, request: WireRequest): Promise<Asked> => {
  const journey = await context.browser().go(request)
  const outcome = speaks(context, 'issue').read(journey)
  if (outcome.is !== 'token') return { journey, outcome }
  return {
    journey,
    outcome: { is: 'form-post', action: party.reply, fields: [...responseFields(String(outcome.body), undefined)] },
  }
}

/** Asks for a token of a party; `edit` changes the envelope on its way. */
export const issue = (
  context: Context,
  party: Party,
  input: Partial<IssueInput> & Pick<IssueInput, 'token'>,
  edit?: (text: string) => string,
): Promise<Asked> => {
  const request = speaks(context, 'issue').request({ realm: party.realm, ...input }, context.at)
  const plain = new TextDecoder().decode(request.body)
  const text = edit?.(plain) ?? plain
  if (edit && text === plain) throw new TypeError('the edit left the request as it was')
  return sent(context, party, { ...request, body: new TextEncoder().encode(text) })
}

/**
 * Judges that no token came out.
 *
 * @throws Violation of kind `issued` or `wording`
 */
export const issuesNothing = (
  context: Context,
  asked: Asked,
  what: string,
  { row, clause }: { row?: RefusalName; clause?: ClauseId } = {},
): void => {
  const { outcome } = asked
  if (outcome.is === 'form-post') {
    throw new Violation('issued', {
      expected: `no token for ${what}`,
      actual: 'a response with a token',
      ...(clause !== undefined && { clause }),
    })
  }
  if (outcome.is !== 'refusal') throw new Inconclusive('unreadable', describe(asked))
  if (row !== undefined) says(context, asked, row)
}

/** The control of a check that judges the token itself: one comes, whatever it says. A target that is asked in the wrong place is not wrong. */
export const tokenComes = async (context: Context): Promise<void> => {
  await partiesSignInOver(context, 'wsfed')
  const [{ party, tenant, user }] = trusting(context)
  const asked = await issue(context, party, { token: await upstreamToken(context, tenant, user) })
  if (asked.outcome.is === 'form-post') return
  const where = `${context.at.paths.trust}, in WS-Trust ${context.dialect.trustVersion}`
  throw new Inconclusive('control', `a valid token request at ${where}, brought no token: ${describe(asked)}`)
}

/** The control of checks over WS-Trust: the valid request gets a token that a party takes for its user's. */
export const trustIssues = async (context: Context): Promise<void> => {
  const [{ party, tenant, user }] = trusting(context)
  const trust = trustOf(context, await metadataOf(context))
  const asked = await issue(context, party, { token: await upstreamToken(context, tenant, user) })
  if (names(seenBy(party, trust, asked).assertion, user)) return
  throw new Inconclusive('control', `${party.realm} sees somebody else than ${user.name}`)
}
