import type { RequestHandler } from 'msw'
import { HttpResponse, http } from 'msw'
import { userWithoutPage } from '../../idp/entra/authorize.ts'
import { sessionCookie } from '../../idp/entra/session.ts'
import { tenantOfRealm } from '../../sts/acs/state.ts'
import { answerRest } from '../rest.ts'
import { callerOf } from './bearer.ts'
import { unauthorized } from './challenge.ts'
import type { SharePoint } from './state.ts'

/**
 * The REST service of each tenant's site at `/{tenant}/_api`. Whoever comes with a bearer token is the user and the app that it
 * names; whoever has a session at Entra ID is that user alone.
 *
 * @see OAUTH: Azure AD Token Expirations
 */
export const sharePointApi = (sharePoint: SharePoint): RequestHandler => {
  const { entra } = sharePoint.acs
  return http.all(`${entra.origin}/:tenant/_api/*`, async ({ request, params, cookies }) => {
    const tenant = tenantOfRealm(sharePoint.acs, params['tenant'])
    if (tenant === undefined) return new HttpResponse(null, { status: 404 })
    const bearer = /^Bearer(?: (.*))?$/.exec(request.headers.get('authorization') ?? '')?.[1]
    const session = userWithoutPage(entra, { is: 'tenant', tenant }, cookies[sessionCookie])
    const caller = bearer ? callerOf(sharePoint, tenant, bearer) : session && { user: session }
    if (caller === undefined) return unauthorized(tenant.id)
    if ('says' in caller) return unauthorized(tenant.id, caller)
    return answerRest({ sites: sharePoint, tenant, caller, request, url: `${entra.origin}/${tenant.id}` })
  })
}
