import type { RequestHandler } from 'msw'
import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Farm } from '../../../fixtures/world/farms.ts'
import { jwkWithThumbprint } from '../../../fixtures/world/keys.ts'
import { principalOf, sharePointId } from '../../../protocols/acs/names.ts'
import { decodeForm, valuesOf } from '../../../protocols/form.ts'
import { writeDocument } from '../../../protocols/high-trust/metadata-document.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { answerRest } from '../rest.ts'
import { refused } from '../refusal.ts'
import type { TokenRefusal } from '../refusal.ts'
import { callerOf } from './bearer.ts'
import type { OnPremises } from './state.ts'
import { farmAt } from './state.ts'

/** The cookie of a session. */
const sessionCookie = 'FedAuth'

/** How long before its SAML token a session ends, in ms. */
const expirationWindow = 600_000

/**
 * SharePoint on-premises: each farm at `/{realm}` with its REST service, realm discovery and metadata, and `/_trust/` for all of them,
 * where a SAML token of the trusted provider becomes a session.
 *
 * @see PROTOCOLS: SharePoint on-premises; high trust
 */
export const onPremisesHandlers = (onPremises: OnPremises): readonly RequestHandler[] => {
  const { origin, sessions } = onPremises
  return [
    http.all(`${origin}/:realm/_vti_bin/client.svc`, ({ params }) => {
      const farm = farmAt(onPremises, params['realm'])
      return farm ? unauthorized(farm) : notFound()
    }),
    http.get(`${origin}/:realm/_layouts/15/metadata/json/1`, ({ params }) => {
      const farm = farmAt(onPremises, params['realm'])
      return farm ? metadataOf(onPremises, farm) : notFound()
    }),
    http.post(`${origin}/_trust/`, async ({ request }) => signIn(onPremises, await request.text())),
    http.post(`${origin}/_trust/default.aspx`, async ({ request }) => signIn(onPremises, await request.text())),
    http.all(`${origin}/:realm/_api/*`, ({ request, params, cookies }) => {
      const farm = farmAt(onPremises, params['realm'])
      if (farm === undefined) return notFound()
      const bearer = /^Bearer(?: (.*))?$/.exec(request.headers.get('authorization') ?? '')?.[1]
      const session = sessions.look(cookies[sessionCookie] ?? '')
      const isMember = session && session.user.tenant === farm.realm && onPremises.clock.now() < session.until
      const caller = bearer ? callerOf(onPremises, farm, bearer) : isMember ? { user: session.user } : undefined
      if (caller === undefined) return unauthorized(farm)
      if ('says' in caller) return unauthorized(farm, caller)
      const tenant = { id: farm.realm, name: farm.name }
      return answerRest({ sites: onPremises, tenant, caller, request, url: `${origin}/${farm.realm}` })
    }),
  ]
}

const notFound = () => new HttpResponse(null, { status: 404 })

/** Tells the realm, and which principals sign for it. */
const unauthorized = ({ realm, issuer }: Farm, refusal?: TokenRefusal) =>
  refused(
    [
      `Bearer realm="${realm}"`,
      `client_id="${sharePointId}"`,
      `trusted_issuers="${principalOf(issuer, realm)},${principalOf(sharePointId, realm)}"`,
    ].join(),
    refusal,
  )

const metadataOf = ({ origin, keys }: OnPremises, { realm }: Farm) => {
  const { x5t = '', x5c: [certificate = ''] = [] } = jwkWithThumbprint(keys)
  const location = `${origin}/${realm}/_layouts/15/metadata/json/1`
  const about = { name: 'SharePoint', issuer: principalOf(sharePointId, realm), location }
  return HttpResponse.text(writeDocument(about, [{ certificate, thumbprint: x5t }], 'keyvalue'), {
    headers: { 'content-type': 'application/json' },
  })
}

/** The client may have composed what is around the assertion itself; the assertion alone is verified. */
const signIn = ({ origin, provider, clock, skew, users, sessions }: OnPremises, body: string) => {
  const form = decodeForm(body)
  const [wa, result = '', context = ''] = ['wa', 'wresult', 'wctx'].map((name) => valuesOf(form, name)[0])
  const verified = verifyToken(result, {
    keys: [publicKeyOf(provider.certificate)],
    issuer: provider.issuer,
    audience: provider.realm,
    now: clock.now(),
    skew,
  })
  if (wa !== 'wsignin1.0' || verified.is !== 'verified') return HttpResponse.text('Sign-in failed.', { status: 403 })
  const { nameId, notOnOrAfter = 0 } = verified.assertion
  const user = users.find(({ name }) => name.toLowerCase() === nameId?.value.toLowerCase())
  if (user === undefined) return HttpResponse.text('Access denied.', { status: 403 })
  const value = randomUUID()
  sessions.put(value, { user, until: notOnOrAfter - expirationWindow })
  const response = new HttpResponse(null, {
    status: 302,
    headers: { location: context.startsWith(`${origin}/`) ? context : `${origin}/` },
  })
  response.headers.append('set-cookie', `${sessionCookie}=${value}; Path=/; Secure; HttpOnly`)
  return response
}
