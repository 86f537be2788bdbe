import { honestSignIn } from '../broker/sign-in-policies.ts'
import { eightHours } from '../broker/sign-in-terms.ts'
import type { SignInFaults } from './sign-in-fault.ts'

/** Faults in who may sign in, where, and how often they are asked. */
export const signInPeopleFaults = {
  'broker.asks-anew-for-each-party': {
    does: 'asks for a new authentication for every party',
    breaks: 'sign-in.single-sign-on',
    policy: 'freshnessOf',
    instead: () => 0,
  },
  'broker.asks-anew-for-the-third-party': {
    does: 'asks for a new authentication once two parties have been served in a session',
    breaks: 'sign-in.single-sign-on',
    policy: 'freshnessOf',
    instead: ({ freshness }, { realm }, sessions) =>
      sessions.some(({ parties }) => parties.size > 1 && !parties.has(realm)) ? 0 : freshness,
  },

  'broker.takes-newest-of-sessions': {
    does: 'serves every party from the newest session of a browser that has several',
    breaks: 'realm.no-interference',
    policy: 'findSession',
    instead: (sessions, ...rest) =>
      sessions.length > 1 ? sessions.at(-1) : honestSignIn.findSession(sessions, ...rest),
  },

  'broker.forgets-tenants-of-old-sessions': {
    does: 'serves a party from a session of any tenant once that is an hour old',
    breaks: 'realm.no-interference',
    policy: 'findSession',
    instead: (sessions, party, request, now) =>
      honestSignIn.findSession(sessions, party, request, now) ??
      sessions.find(({ begun }) => now - begun >= eightHours / 8 && now - begun < eightHours),
  },

  'broker.serves-one-party-per-directory': {
    does: 'serves every party of a directory as the first of them',
    breaks: 'realm.shared-directory',
    policy: 'findParty',
    instead(parties, realm) {
      const found = honestSignIn.findParty(parties, realm)
      return parties.find(({ tenant }) => tenant === found?.tenant)
    },
  },

  'broker.takes-domain-of-name-for-tenant': {
    does: 'takes the domain of a name for the tenant of the user',
    breaks: 'realm.guest',
    policy: 'isMember',
    instead: ({ name = '' }, { realm }) => realm.includes(name.slice(name.lastIndexOf('@') + 1)),
  },
  'broker.takes-identity-provider-for-tenant': {
    does: 'takes the directory where a user is at home for the one that issued the token',
    breaks: 'realm.guest',
    policy: 'namesTenant',
    instead: (claims) => {
      const home = claims.find(({ type }) => type.endsWith('/identityprovider'))?.values[0]
      return home === undefined ? honestSignIn.namesTenant(claims) : home.split('/')[3]
    },
  },
  'broker.takes-home-realm-for-tenant': {
    does: 'admits members of the directory that whr names',
    breaks: 'realm.from-token',
    policy: 'isMember',
    instead: ({ issuedBy, named }, { tenant }, { homeRealm = tenant }) => issuedBy === named && named === homeRealm,
  },
} as const satisfies SignInFaults
