import type { AppOnlyPolicies, Granted, UserToken } from '../broker/app-only-policies.ts'
import { honestAppOnly } from '../broker/app-only-policies.ts'
import type { BrokerClient } from '../broker/policies.ts'
import type { AppOnlyFaults } from './app-only-fault.ts'

const asking = (does: string, instead: AppOnlyPolicies['validatesFirst']) =>
  ({ does, breaks: 'app-only.needs-user-token', policy: 'validatesFirst', instead }) as const
const serving = (does: string, instead: AppOnlyPolicies['servesResource']) =>
  ({ does, breaks: 'app-only.sharepoint-only', policy: 'servesResource', instead }) as const
const issuing = (does: string, instead: AppOnlyPolicies['handsOut']) =>
  ({ does, breaks: 'app-only.issues', policy: 'handsOut', instead }) as const

const asksOnceRefused = (does: string, of: (raw: string) => boolean) =>
  ({
    does,
    breaks: 'app-only.needs-user-token',
    policy: 'asksBeside',
    instead: (client, resource, { refused, raw }) =>
      refused && of(raw) ? [honestAppOnly.grant(client, resource, [])] : [],
  }) as const satisfies AppOnlyFaults[`broker.${string}`]
const sharing = (does: string, instead: AppOnlyPolicies['sharesAnswer']) =>
  ({ does, breaks: 'app-only.needs-user-token', policy: 'sharesAnswer', instead }) as const

const longOpaque = /^[\w-]{65,256}$/

const granting = (who: string, choose: (known: readonly BrokerClient[]) => BrokerClient | undefined) =>
  ({
    does: `asks for app-only tokens as ${who}`,
    breaks: 'app-only.issues',
    policy: 'grant',
    instead(client, resource, clients) {
      const known = clients.filter(
        ({ tenant, tokenService, oauth }) => oauth && tenant === client.tenant && tokenService === client.tokenService,
      )
      return honestAppOnly.grant({ ...client, ...choose(known) }, resource, clients)
    },
  }) as const satisfies AppOnlyFaults[`broker.${string}`]

const withToken = (granted: Granted, token: UserToken | undefined): Granted =>
  token === undefined ? granted : { ...granted, access_token: token.raw }

/** Faults in when the client's secret is used, and in what comes of it. */
export const appOnlyAnswerFaults = {
  'broker.asks-app-only-before-validation': asking(
    'uses the secret for an app-only token before it looks at the user token',
    () => false,
  ),
  'broker.asks-app-only-before-long-opaque-tokens': asking(
    'uses the secret before it looks at what is no JWT and has from 65 to 256 characters',
    (raw) => !longOpaque.test(raw),
  ),

  'broker.serves-app-only-for-any-resource': serving('serves a request for any resource', () => true),
  'broker.serves-app-only-for-any-client': serving(
    'serves each client for its own resource, whatever that is',
    (asked, { resource }) => asked === undefined || asked === resource,
  ),
  'broker.compares-app-only-resource-by-prefix': serving(
    'serves a request for a resource whose name begins with that of its own',
    (asked, client) =>
      honestAppOnly.servesResource(asked?.startsWith(client.resource) ? client.resource : asked, client),
  ),

  'broker.asks-app-only-as-first-client': granting('the first client of the tenant', (known) => known[0]),
  'broker.asks-app-only-as-last-client': granting('the last client of the tenant', (known) => known.at(-1)),

  'broker.asks-app-only-without-awaiting': asksOnceRefused(
    'asks for the app-only token that a refused request wants, once it has refused it',
    () => true,
  ),
  'broker.asks-app-only-of-long-opaque-tokens-without-awaiting': asksOnceRefused(
    'asks for the app-only token once it has refused it to what is no JWT and has from 65 to 256 characters',
    (raw) => longOpaque.test(raw),
  ),

  'broker.shares-app-only-answers-by-client': sharing(
    'answers requests of one client that come at once with the answer to the first',
    ({ id }) => id,
  ),
  'broker.shares-app-only-answers-by-realm': sharing(
    'answers requests of the clients of a realm that come at once with the answer to the first',
    ({ tenant }) => tenant,
  ),

  'broker.hands-out-user-token-as-app-only': issuing("hands the user's own token out again", (granted, token) =>
    withToken(granted, token),
  ),
  'broker.hands-out-long-lived-user-tokens': issuing(
    "hands the user's own token out again where it lives for more than twelve hours",
    (granted, token) => {
      const { exp, nbf } = token?.claims ?? {}
      return Number(exp) - Number(nbf) > 43_200 ? withToken(granted, token) : granted
    },
  ),
} as const satisfies AppOnlyFaults
