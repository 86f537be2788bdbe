import { sharePointResourceOf } from '../../protocols/acs/names.ts'
import type { AppOnlyPolicies } from '../broker/app-only-policies.ts'
import { honestAppOnly } from '../broker/app-only-policies.ts'
import type { AppOnlyFaults } from './app-only-fault.ts'

const waiving = (does: string, instead: AppOnlyPolicies['waives']) =>
  ({ does, breaks: 'app-only.needs-user-token', policy: 'waives', instead }) as const
const telling = (does: string, instead: AppOnlyPolicies['realmOf']) =>
  ({ does, breaks: 'app-only.same-realm', policy: 'realmOf', instead }) as const
const comparing = (does: string, instead: AppOnlyPolicies['isOfRealm']) =>
  ({ does, breaks: 'app-only.same-realm', policy: 'isOfRealm', instead }) as const
const taking = (does: string, instead: AppOnlyPolicies['isUsers']) =>
  ({ does, breaks: 'app-only.user-not-app', policy: 'isUsers', instead }) as const
const accepting = (does: string, instead: AppOnlyPolicies['acceptsAudience']) =>
  ({ does, breaks: 'app-only.valid-token', policy: 'acceptsAudience', instead }) as const

const isOpaque = (raw: string) => raw !== '' && !raw.includes('.')

/** Faults in whose token is wanted: that of a user of the client's own realm. */
export const appOnlyUserFaults = {
  'broker.judges-user-tokens-once': {
    does: 'judges a token of a user once, and serves it for every client from then on',
    breaks: 'realm.no-interference',
    policy: 'waives',
    instead: (raw, before) => before.get(raw) === true,
  },
  'broker.refuses-user-tokens-once': {
    does: 'remembers which tokens it has looked at, but not what it found, and serves each that comes again',
    breaks: 'app-only.valid-token',
    policy: 'waives',
    instead: (raw, before) => raw !== '' && before.has(raw),
  },
  'broker.grants-app-only-without-token': waiving('asks for no user token where none is sent', (raw) => raw === ''),
  'broker.takes-opaque-user-tokens': waiving('takes what is no JWT for a token that is valid', isOpaque),
  'broker.takes-long-opaque-user-tokens': waiving(
    'takes what is no JWT and has from 65 to 256 characters for a token that is valid',
    (raw) => /^[\w-]{65,256}$/.test(raw),
  ),

  'broker.takes-realm-of-request-for-users': telling(
    'takes the realm that the request names for that of the user',
    (claims, sources) => sources.ofRequest ?? honestAppOnly.realmOf(claims, sources),
  ),
  'broker.takes-domain-of-request-for-users-realm': telling(
    'takes the realm whose domain the request names for that of the user',
    (claims, sources) =>
      sources.tenants.find(({ domain }) => domain === sources.ofRequest)?.id ?? honestAppOnly.realmOf(claims, sources),
  ),
  'broker.ignores-realm-of-user-token': comparing('takes the token of any realm', () => true),
  'broker.compares-realm-of-user-by-prefix': comparing(
    'compares the first part of the realm of a user token',
    (realm, { tenant }) => realm.split('-', 1)[0] === tenant.split('-', 1)[0],
  ),

  'broker.takes-any-token-of-issuer': taking('takes every token of the issuer for that of a user', () => true),
  'broker.takes-id-tokens-for-access': taking(
    'takes the id token of a user for an access token',
    (claims) => honestAppOnly.isUsers(claims) || (claims['nonce'] ?? claims['c_hash'] ?? claims['upn']) !== undefined,
  ),
  'broker.tells-apps-by-optional-claims': taking(
    'takes a token for that of a user unless a claim says that it is an app',
    ({ idtyp, roles, trustedfordelegation, nonce, ...claims }) =>
      [idtyp === 'app', roles !== undefined, trustedfordelegation !== undefined, nonce !== undefined].every(
        (no) => !no,
      ) && (claims['appid'] ?? claims['nameid']) !== undefined,
  ),

  'broker.ignores-audience-of-user-token': accepting('takes a user token for any API', () => true),
  'broker.takes-audience-of-user-token-by-prefix': accepting(
    'takes a user token for an API whose name begins with that of its own',
    (audience, client) =>
      honestAppOnly.acceptsAudience(audience, client) ||
      String(audience).startsWith(sharePointResourceOf(client.resource, client.tenant)),
  ),
} as const satisfies AppOnlyFaults
