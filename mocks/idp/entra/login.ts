import { http } from 'msw'
import { beginSession } from './session.ts'
import { errorPage, signInPage } from './pages.ts'
import { grantConsent, proceed, refuseConsent } from './proceed.ts'
import type { Entra } from './state.ts'
import { tenantOf } from './directory.ts'
import { homeOfName, sendHome } from './home.ts'

const stale = 'AADSTS165000: Invalid Request: the request tokens do not match the user context.'
const wrong = 'AADSTS50126: Error validating credentials due to invalid username or password.'

/**
 * `POST /{tenant}/login`: takes name and password from the page, begins a session, and goes on with the request; or sends
 * a user elsewhere whose name is of a federated tenant.
 */
export const login = (entra: Entra) =>
  http.post(`${entra.origin}/:tenant/login`, async ({ request }) => {
    const form = new URLSearchParams(await request.text())
    const context = form.get('ctx') ?? ''
    const asked = entra.pages.look(context)
    if (asked === undefined || asked.user !== undefined) return errorPage(stale)

    const home = homeOfName(entra, asked.tenant, form.get('login') ?? '')
    if (home !== undefined) return sendHome(home, context, { hint: form.get('login') ?? '' })
    const user = entra.users.find(
      ({ name, tenant }) => name === form.get('login') && (asked.tenant === undefined || tenant === asked.tenant.id),
    )
    if (user === undefined || user.password !== form.get('passwd'))
      return signInPage(asked, context, { message: wrong })

    entra.pages.take(context)
    return beginSession(entra, user, await proceed(entra, asked, user))
  })

/** `POST /{tenant}/consent`: takes the answer of the consent page; only `accept` grants anything. */
export const consent = (entra: Entra) =>
  http.post(`${entra.origin}/:tenant/consent`, async ({ request }) => {
    const form = new URLSearchParams(await request.text())
    const asked = entra.pages.look(form.get('ctx') ?? '')
    if (asked?.user === undefined) return errorPage(stale)

    entra.pages.take(form.get('ctx') ?? '')
    const settled = { ...asked, tenant: tenantOf(entra, asked.user) }
    return form.get('consent') === 'accept' ? grantConsent(entra, settled, asked.user) : refuseConsent(entra, settled)
  })
