import type { HttpResponse } from 'msw'
import { randomBytes, randomUUID } from 'node:crypto'
import type { User } from '../../../fixtures/world/shapes.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import type { Granted } from './claims.ts'
import { administers, applicationMeets, consentsInCommon, lacksConsent, misbehaves, tenantOf } from './directory.ts'
import { mintInFront } from './mint.ts'
import { consentPage, errorPage } from './pages.ts'
import { describe } from './guard.ts'
import { errorParams, sendBack } from './send-back.ts'
import type { Code, Entra, NeighbourSignIn, OpenPage, PassiveSignIn, SignIn } from './state.ts'
import { answerPassive } from './wsfed-answer.ts'

/** A request that was asked of one tenant, if only because its user is from there. */
type Settled<Asked = SignIn | PassiveSignIn | NeighbourSignIn> = Asked &
  Pick<OpenPage, 'atHome'> & { tenant: Granted['tenant'] }
type Answer = Promise<HttpResponse<string | null>> | HttpResponse<string | null>

/** In the words of FAQ: AAD Permissions. */
const lacking = { code: 90094, says: 'Calling principal cannot consent due to lack of permissions.' }
const declined = { code: 65004, says: 'User declined to consent to access the app.' }

/** Goes on with a request whose user is known: asks for consent where it is due, else answers. */
export const proceed = (entra: Entra, open: OpenPage, user: User): Answer => {
  const asked = { ...open, tenant: tenantOf(entra, user) }
  if (misbehaves(entra, asked.tenant.id, 'idp.denies-access')) return refuseConsent(entra, asked)
  if (applicationMeets(entra, asked.tenant, asked.client, 'idp.wants-administrator'))
    return errorPage(describe(lacking))
  if (applicationMeets(entra, asked.tenant, asked.client, 'idp.sends-back-without-consent')) {
    return refuseConsent(entra, asked, lacking)
  }
  const strict = applicationMeets(entra, asked.tenant, asked.client, 'idp.awaits-administrator')
  if (strict && asked.consent === 'admin' && !administers(entra, user)) return errorPage(describe(lacking))
  const due = asked.consent !== undefined || lacksConsent(entra, asked.tenant, asked.client)
  if (!due) return finish(entra, asked, user)
  if (entra.auto === user) return grantConsent(entra, asked, user)

  const context = randomUUID()
  entra.pages.put(context, { ...asked, user })
  return consentPage(asked, context)
}

/** Notes the consent, and answers; who may consent for themselves alone is not noted. */
export const grantConsent = (entra: Entra, asked: Settled, user: User): Answer => {
  const alone =
    applicationMeets(entra, asked.tenant, asked.client, 'idp.awaits-administrator') ||
    consentsInCommon(entra, asked.tenant, asked.client)
  if (!alone || administers(entra, user)) entra.consents.add(`${asked.tenant.id} ${asked.client.id}`)
  return finish(entra, asked, user)
}

/** Answers that the user declined, or could not consent. */
export const refuseConsent = (entra: Entra, asked: Settled, because = declined): HttpResponse<string | null> => {
  if (asked.endpoint === 'wsfed') return errorPage(describe(because))
  if (asked.endpoint === 'neighbour') return asked.refuse(because)
  return asked.endpoint === 'authorize'
    ? sendBack(entra, asked, errorParams({ error: 'access_denied', ...because }))
    : sendBack(entra, asked, [['admin_consent', 'True'], ...errorParams({ error: 'consent_required', ...because })])
}

/** As long as the documented sample: a short column would not hold it. */
const newCode = () => `code-${randomUUID()}.${randomBytes(450).toString('base64url')}`

/** With what was asked for, or for admin consent alone with the tenant. */
const finish = (entra: Entra, asked: Settled, user: User): Answer => {
  if (asked.endpoint === 'wsfed') return answerPassive(entra, asked, user)
  if (asked.endpoint === 'neighbour') return asked.answer(user)
  return asked.endpoint === 'authorize' ? answer(entra, asked, user) : answerAdmin(entra, asked)
}

const answer = async (entra: Entra, asked: Settled<SignIn>, user: User) => {
  const code = asked.responseType === 'id_token' ? undefined : newCode()
  if (code !== undefined) entra.codes.put(code, codeFor(entra, asked, user))
  const failed: Pairs = misbehaves(entra, asked.tenant.id, 'idp.answers-with-error-and-code')
    ? errorParams({ error: 'server_error', code: 90033, says: 'A transient error has occurred.' })
    : []
  const idToken: Pairs =
    asked.responseType === 'code'
      ? []
      : [
          [
            'id_token',
            await mintInFront(entra, asked.version, { ...asked, user }, user, { code, atHome: asked.atHome }),
          ],
        ]
  return sendBack(entra, asked, [
    ...(code === undefined ? [] : ([['code', code]] as Pairs)),
    ...idToken,
    ...failed,
    ['session_state', randomUUID()],
    ...(asked.consent === 'admin' ? ([['admin_consent', 'True']] as Pairs) : []),
  ])
}

const codeFor = (entra: Entra, asked: Settled<SignIn>, user: User): Code => {
  const lifetime = misbehaves(entra, asked.tenant.id, 'idp.issues-expired-code') ? 0 : entra.lifetimes.code
  return { ...asked, user, expiresAt: entra.clock.now() + lifetime, spent: false }
}

const answerAdmin = (entra: Entra, asked: Settled<SignIn>) =>
  sendBack(entra, asked, [
    ['admin_consent', 'True'],
    ['tenant', asked.tenant.id],
    ...(asked.scopes.length === 0 ? [] : ([['scope', asked.scopes.join(' ')]] as Pairs)),
  ])
