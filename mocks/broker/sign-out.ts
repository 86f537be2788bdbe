import { withQuery } from '../../protocols/form.ts'
import type { Message } from '../../protocols/ws-federation/read-message.ts'
import { cleanUpQuery } from '../../protocols/ws-federation/request.ts'
import { escapeHtml } from '../html.ts'
import type { Federation, Visit } from './federation.ts'
import { freshPage } from './pages.ts'
import type { RefusedMessage } from './sign-in-terms.ts'

type SignOut = Extract<Message, { is: 'sign-out-request' | 'clean-up-request' }>

/**
 * Ends the sessions of a browser: its parties are told by images, the identity provider by a frame, unless it was the one who
 * asked. The user is sent on only to a registered reply.
 *
 * @see WS-Federation 1.2 section 13.2.4
 */
export const answerSignOut = (
  { is, request }: SignOut,
  visit: Visit,
  { provision, policies, sessions }: Federation,
): Response | RefusedMessage => {
  const { application, parties, tenants } = provision
  const { reply } = request
  if (reply !== undefined && !policies.acceptsSignOutReply(reply, parties)) {
    return { row: 'sign-out-request', because: 'unregistered-reply' }
  }
  const ending = policies.ends(visit.sessions.map(({ session }) => session))
  const ended = visit.sessions.filter(({ session }) => ending.includes(session))
  for (const { id } of ended) sessions.end(id)

  const told = new Set(ended.flatMap(({ session }) => policies.cleansUp(session, parties)))
  const images = [...told].map((party) => `<img alt="" src="${escapeHtml(withQuery(party.reply, cleanUpQuery()))}">`)
  const query = is === 'sign-out-request' ? policies.signOutUpstream(application, request) : undefined
  const frames = tenants
    .filter(({ id }) => query !== undefined && ended.some(({ session }) => session.tenant === id))
    .map(({ wsfed }) => `<iframe src="${escapeHtml(withQuery(wsfed.endpoint, query ?? []))}"></iframe>`)
  const onward =
    reply === undefined ? '' : `<meta http-equiv="refresh" content="2; url=${escapeHtml(reply)}"><p><a href="${escapeHtml(reply)}">Continue</a></p>` // prettier-ignore
  return freshPage(
    'Signed out',
    `<p>You are signed out.</p>${images.join('')}${frames.join('')}${onward}`,
    ended.map(({ session }) => `session-${session.tenant}=; Max-Age=0; ${policies.cookieAttributes('session')}`),
  )
}
