import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'
import { withQuery } from '../../protocols/form.ts'
import type { SignInRequest } from '../../protocols/ws-federation/request.ts'
import type { Federation, Visit } from './federation.ts'
import { postResult } from './issue-token.ts'
import { freshPage, sendTo } from './pages.ts'
import type { RefusedMessage } from './sign-in-terms.ts'

/**
 * Answers a sign-in request: from a session of the browser, or by a request of its own to the identity provider of the party's
 * tenant. Until the party and its reply are known, nobody is asked and nothing is kept.
 */
export const answerSignIn = async (
  { request: message, answeredBy }: { request: SignInRequest; answeredBy?: Pick<SignInRequest, 'realm' | 'reply'> },
  visit: Visit,
  federation: Federation,
): Promise<Response | RefusedMessage> => {
  const { provision, policies, clock, pending, node } = federation
  const { application, parties, tenants } = provision
  const { realm = '', reply, context: given } = message
  const validated = policies.findParty(parties, realm)
  if (validated === undefined) return { row: 'unknown-realm', realm }
  if (reply !== undefined && !policies.acceptsReply(reply, validated.reply)) {
    return { row: 'sign-in-request', because: 'unregistered-reply' }
  }
  const party = parties.find((one) => one.realm === answeredBy?.realm) ?? validated
  const asked = policies.prompts(message)
  if (asked !== undefined) return prompt(asked)

  const sessions = visit.sessions.map(({ session }) => session)
  const request = asking({ ...message, ...answeredBy }, policies.freshnessOf(message, party, sessions))
  const context = given === undefined ? undefined : policies.keepContext(given)
  const chosen = policies.chooseUpstream(tenants, party, request)
  if (chosen === undefined) return { row: 'unhandled' }
  const [nonce, browser, state] = [randomUUID(), randomUUID(), randomUUID()]
  const begun = { party, request, context, nonce, browser, ...chosen }

  const session = policies.findSession(sessions, party, request, clock.now())
  if (session) return postResult(begun, session, federation)

  pending.begin(state, begun, node, visit.begun)
  const cookie = `signin-${state}=${browser}; ${policies.cookieAttributes('sign-in')}`
  const { tenant, upstream } = chosen
  return sendTo(
    upstream === 'wsfed'
      ? withQuery(tenant.wsfed.endpoint, [...policies.federationQuery(application, request), ['wctx', state]])
      : withQuery(tenant.oidc.authorizationEndpoint, [
          ...policies.openIdQuery(application, request, nonce, sessions.length > 0),
          ['state', state],
        ]),
    cookie,
  )
}

const asking = (request: SignInRequest, freshness: number | undefined): SignInRequest => {
  const { freshness: _, ...rest } = request
  return freshness === undefined ? rest : { ...rest, freshness }
}

const prompt = (asked: 'password' | 'basic'): Response =>
  asked === 'basic'
    ? new HttpResponse(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="sign-in"' } })
    : freshPage('Sign in', '<form method="post"><input name="user"><input type="password" name="password"></form>')
