import { HttpResponse, http } from 'msw'
import { withQuery } from '../../../protocols/form.ts'
import { isRegistered } from './directory.ts'
import { signedOutPage } from './pages.ts'
import { endSession, sessionCookie } from './session.ts'
import type { Entra, Version } from './state.ts'

/**
 * `GET /{tenant}/oauth2/logout` and `/{tenant}/oauth2/v2.0/logout`: ends the session, and sends the browser to
 * `post_logout_redirect_uri` if that is registered, byte for byte; else it stays on a page.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 3
 */
export const logout = (entra: Entra, version: Version) =>
  http.get(`${entra.origin}/:tenant/oauth2/${version === 1 ? '' : 'v2.0/'}logout`, ({ request, cookies }) => {
    const query = new URL(request.url).searchParams
    const to = query.get('post_logout_redirect_uri') ?? ''
    const state = query.get('state')
    const registered = isRegistered(entra, to)
    const location = state === null ? to : withQuery(to, [['state', state]])
    const response = registered
      ? new HttpResponse(null, { status: 302, headers: { location, 'cache-control': 'no-store' } })
      : signedOutPage()
    return endSession(entra, cookies[sessionCookie], response)
  })
