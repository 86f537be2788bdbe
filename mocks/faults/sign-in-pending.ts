import { eightHours } from '../broker/sign-in-terms.ts'
import type { SignInFaults } from './sign-in-fault.ts'

/** Faults in what is kept of a sign-in while it is upstream, and in whose answer is taken for it. */
export const signInPendingFaults = {
  'broker.keeps-sign-ins-forever': {
    does: 'never forgets a pending sign-in',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'stillPending',
    instead: () => true,
  },
  'broker.extends-pending-sign-ins': {
    does: 'keeps a sign-in pending for 8 hours after its browser last began one',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'stillPending',
    instead: ({ touched, now }) => now - touched < eightHours,
  },

  'broker.keeps-sign-ins-on-their-node': {
    does: 'knows a pending sign-in only at the node that began it',
    breaks: 'authorize.any-node',
    policy: 'knownAt',
    instead: (node, begunAt) => node === begunAt,
  },
  'broker.keeps-long-sign-ins-on-their-node': {
    does: 'shares a pending sign-in among the nodes only when its wctx is short',
    breaks: 'authorize.any-node',
    policy: 'knownAt',
    instead: (node, begunAt, { context = '' }) => node === begunAt || context.length <= 128,
  },

  'broker.reuses-sign-ins': {
    does: 'takes a second answer to one sign-in',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'spends',
    instead: () => 'nowhere',
  },
  'broker.spends-sign-ins-on-one-node': {
    does: 'spends a pending sign-in at the node of its answer and nowhere else',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'spends',
    instead: () => 'here',
  },

  'broker.guesses-unknown-sign-in': {
    does: 'takes the newest sign-in for an answer that matches none',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'findPending',
    instead: (known, newest) => known ?? newest,
  },
  'broker.answers-newest-sign-in': {
    does: 'takes every answer for that of the newest sign-in',
    breaks: 'realm.no-interference',
    policy: 'findPending',
    instead: (known, newest) => known && newest,
  },

  'broker.signs-in-other-browser': {
    does: 'takes an answer in a browser that did not begin the sign-in',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'sameBrowser',
    instead: () => true,
  },
  'broker.signs-in-any-returning-browser': {
    does: 'takes an answer in any browser that has begun a sign-in of its own',
    breaks: 'realm.no-interference',
    policy: 'sameBrowser',
    instead: (_, marks) => marks.length > 0,
  },

  'broker.takes-either-protocol': {
    does: 'takes an answer in another protocol than it asked in',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'acceptsKind',
    instead: () => true,
  },
  'broker.takes-assertion-for-id-token': {
    does: 'takes an assertion where it asked for an id token',
    breaks: 'sign-in.rejects-bad-upstream',
    policy: 'acceptsKind',
    instead: (begun, answered) => begun === answered || answered === 'wsfed',
  },
} as const satisfies SignInFaults
