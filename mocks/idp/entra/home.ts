import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Tenant } from '../../../fixtures/world/shapes.ts'
import { decodeForm, withQuery } from '../../../protocols/form.ts'
import type { Refused } from '../../../protocols/refusal.ts'
import type { Verified } from '../../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { readMessage } from '../../../protocols/ws-federation/read-message.ts'
import { signInQuery } from '../../../protocols/ws-federation/request.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { immutableIdOf, microsoftOnline } from '../immutable-id.ts'
import { misbehaves } from './directory.ts'
import { describe } from './guard.ts'
import { errorPage, signInPage } from './pages.ts'
import { proceed } from './proceed.ts'
import { beginSession } from './session.ts'
import type { Entra, HomeProvider, OpenPage } from './state.ts'

type Hints = { hint?: string; domain?: string | undefined; freshness?: number | undefined }

const stale = { code: 165000, says: 'Invalid Request: the request tokens do not match the user context.' }
const invalid = { code: 20012, says: 'The WS-Federation message of the home provider is invalid.' }
const unknown = { code: 51004, says: 'The user account does not exist in the directory.' }
const skew = 300

/**
 * Opens the sign-in page; or sends the browser on at once where the tenant that is asked is federated, or at `common` the
 * domain that is hinted. `freshness` goes along as `wfresh`.
 */
export const askToSignIn = (entra: Entra, asked: OpenPage, hints: Hints = {}) => {
  const context = randomUUID()
  entra.pages.put(context, asked)
  const tenant = asked.tenant ?? entra.tenants.find(({ domain }) => domain === hints.domain)
  const home = tenant && homeOf(entra, tenant.id)
  return home ? sendHome(home, context, hints) : signInPage(asked, context, hints)
}

/** The home provider of a user name, by its domain, where a request may be answered for that tenant. */
export const homeOfName = (entra: Entra, asked: Tenant | undefined, name: string): HomeProvider | undefined => {
  const tenant = entra.tenants.find(({ domain }) => domain === name.slice(name.lastIndexOf('@') + 1))
  return tenant && (asked === undefined || asked.id === tenant.id) ? homeOf(entra, tenant.id) : undefined
}

const homeOf = (entra: Entra, tenant: Tenant['id']): HomeProvider | undefined =>
  entra.homes.get(tenant) ?? (misbehaves(entra, tenant, 'idp.federates-sign-in') ? entra.farm : undefined)

/** Sends the browser to a home provider, which hands back the context. */
export const sendHome = ({ endpoint }: HomeProvider, context: string, { hint = '', freshness }: Hints) => {
  const request = { realm: microsoftOnline, context, ...(freshness !== undefined && { freshness }) }
  const query: Pairs = [...signInQuery(request), ...(hint === '' ? [] : ([['username', hint]] as Pairs))]
  const location = withQuery(endpoint, query)
  return new HttpResponse(null, { status: 302, headers: { location, 'cache-control': 'no-store' } })
}

/**
 * `POST /login.srf`: takes the token of a home provider, begins a session for the user whom it names by immutable id,
 * and goes on with the request that `wctx` stands for. A provider speaks for its own tenants alone.
 */
export const loginFromHome = (entra: Entra) =>
  http.post(`${entra.origin}/login.srf`, async ({ request }) => {
    const message = readMessage(decodeForm(await request.text()))
    if (message.is !== 'sign-in-response') return errorPage(describe(invalid))
    const asked = entra.pages.look(message.context ?? '')
    if (asked === undefined || asked.user !== undefined) return errorPage(describe(stale))

    const tenants = asked.tenant ? [asked.tenant.id] : [...new Set(entra.tenants.map(({ id }) => id))]
    const verified = tenants.flatMap((tenant) => {
      const home = homeOf(entra, tenant)
      const answer = home && verify(entra, home, message.result)
      return answer?.is === 'verified' ? [{ tenant, name: answer.assertion.nameId?.value }] : []
    })
    if (verified.length === 0) return errorPage(describe(invalid))
    const user = entra.users.find((one) =>
      verified.some(({ tenant, name }) => one.tenant === tenant && immutableIdOf(one) === name),
    )
    if (user === undefined) return errorPage(describe(unknown))

    entra.pages.take(message.context ?? '')
    return beginSession(entra, user, await proceed(entra, { ...asked, atHome: true }, user))
  })

const verify = ({ clock, origin }: Entra, { issuer, certificate }: HomeProvider, result: string): Verified | Refused =>
  verifyToken(result, {
    keys: [publicKeyOf(certificate)],
    issuer,
    audience: microsoftOnline,
    recipient: `${origin}/login.srf`,
    now: clock.now(),
    skew,
  })
