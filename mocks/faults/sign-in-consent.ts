import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { Session } from '../broker/sessions.ts'
import type { BrokerParty } from '../broker/sign-in-terms.ts'
import type { SignInFaults } from './sign-in-fault.ts'

const ofTenant = (sessions: readonly Session[], { tenant }: BrokerParty) =>
  sessions.find((session) => session.tenant === tenant)

/** The errors of RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6, as far as users cause them. */
const known = new Set(['access_denied', 'login_required', 'consent_required', 'interaction_required', 'server_error'])

/** Faults where a sign-in depends on somebody's consent. */
export const signInConsentFaults = {
  'broker.speaks-openid-only': {
    does: 'always asks by OpenID Connect',
    breaks: 'sign-in.app-not-installed',
    policy: 'chooseUpstream',
    instead: (tenants, party) => {
      const tenant = tenants.find(({ id }) => id === party.tenant)
      return tenant && { tenant, upstream: 'oidc' }
    },
  },
  'broker.asks-silently-in-known-browsers': {
    does: 'forbids the identity provider every page where the browser has a session',
    breaks: 'sign-in.reconsent',
    policy: 'openIdQuery',
    instead: (application, request, nonce, hasSession) => {
      const query = honestSignIn.openIdQuery(application, request, nonce, hasSession)
      return hasSession ? [...query.filter(([name]) => name !== 'prompt'), ['prompt', 'none']] : query
    },
  },
  'broker.serves-refused-from-session': {
    does: 'serves a request that the identity provider has refused from an older session',
    breaks: 'sign-in.admin-consent',
    policy: 'servesRefused',
    instead: (_, sessions, party) => ofTenant(sessions, party),
  },
  'broker.serves-unknown-refusals-from-session': {
    does: 'serves a request from an older session where it does not know the error of the identity provider',
    breaks: 'sign-in.admin-consent',
    policy: 'servesRefused',
    instead: (error, sessions, party) => (known.has(error) ? undefined : ofTenant(sessions, party)),
  },
} as const satisfies SignInFaults
