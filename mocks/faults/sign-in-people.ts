import { honestSignIn } from '../broker/sign-in-policies.ts'
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
} as const satisfies SignInFaults
