import { honest } from '../broker/policies.ts'
import type { Fault } from './fault.ts'

const decoded = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
const hour = 3_600_000
const standardErrors = new Set([
  'invalid_request', 'unauthorized_client', 'access_denied', 'unsupported_response_type', 'invalid_scope', 'server_error',
  'temporarily_unavailable',
]) // prettier-ignore
const state = 'authorize.restores-redirect-and-state'
const unknown = 'authorize.callback-unknown'

/** Faults in what is kept of a request, in whom a callback is taken for, and in what goes back to the caller. */
export const answerFaults = {
  'broker.omits-state': {
    does: 'gives no state back',
    breaks: state,
    policy: 'giveBack',
    instead: (answer) => honest.giveBack(answer, undefined),
  },
  'broker.invents-state': {
    does: 'gives a state to a caller that sent none',
    breaks: state,
    policy: 'giveBack',
    instead: (answer, text) => honest.giveBack(answer, text ?? 'undefined'),
  },
  'broker.trims-state': {
    does: 'trims white space from the state',
    breaks: state,
    policy: 'keepState',
    instead: (text) => text.trim(),
  },
  'broker.truncates-state': {
    does: 'keeps 255 characters of the state',
    breaks: state,
    policy: 'keepState',
    instead: (text) => text.slice(0, 255),
  },
  'broker.decodes-state': {
    does: 'percent-decodes the state once more',
    breaks: state,
    policy: 'keepState',
    instead: decoded,
  },
  'broker.turns-plus-into-space': {
    does: 'turns + in the state into a space',
    breaks: state,
    policy: 'keepState',
    instead: (text) => text.replaceAll('+', ' '),
  },
  'broker.mints-codes-of-its-own': {
    does: "replaces the upstream's code by one of its own",
    breaks: state,
    policy: 'giveBack',
    instead: (answer, text) =>
      honest.giveBack({ ...answer, ...(answer.code !== undefined && { code: `own-${answer.code.length}` }) }, text),
  },
  'broker.truncates-codes': {
    does: 'keeps 255 characters of a code, as a short column does',
    breaks: state,
    policy: 'giveBack',
    instead: ({ code, ...answer }, text) =>
      honest.giveBack({ ...answer, ...(code !== undefined && { code: code.slice(0, 255) }) }, text),
  },
  'broker.answers-newest-request': {
    does: 'gives every answer to the request that was begun last',
    breaks: state,
    policy: 'findPending',
    instead: (known, newest) => known && newest,
  },
  'broker.answers-first-registered-uri': {
    does: 'sends every answer to the first registered redirect URI',
    breaks: 'authorize.many-uris',
    policy: 'destination',
    instead: (pending) => pending.client.redirectUris[0] ?? '',
  },
  'broker.answers-newest-redirect-uri': {
    does: 'sends every answer to the redirect URI of the request that was begun last',
    breaks: state,
    policy: 'destination',
    instead: (_, { asked }) => asked.redirectUri,
  },
  'broker.drops-query-of-destination': {
    does: 'drops the query of a registered redirect URI',
    breaks: 'authorize.many-uris',
    policy: 'destination',
    instead: ({ asked }) => asked.redirectUri.split('?', 1)[0] ?? '',
  },

  'broker.guesses-unknown-request': {
    does: 'takes the newest request for a callback that matches none',
    breaks: unknown,
    policy: 'findPending',
    instead: (known, newest) => known ?? newest,
  },
  'broker.guesses-missing-state': {
    does: 'takes the newest request for a callback without state',
    breaks: unknown,
    policy: 'findPending',
    instead: (known, newest, text) => (text === undefined ? newest : known),
  },
  'broker.reuses-requests': {
    does: 'answers a callback that was answered before',
    breaks: unknown,
    policy: 'spends',
    instead: () => 'nowhere',
  },
  'broker.reuses-refused-requests': {
    does: 'spends a pending request only when a code comes back',
    breaks: unknown,
    policy: 'spends',
    instead: ({ code }) => (code === undefined ? 'nowhere' : 'everywhere'),
  },
  'broker.spends-requests-late': {
    does: 'spends a pending request only after it has looked something up for the answer',
    breaks: 'authorize.callback-unknown',
    policy: 'spendsFirst',
    instead: () => false,
  },
  'broker.spends-requests-of-long-states-late': {
    does: 'spends a pending request whose state has more than 60 characters only after it has looked something up',
    breaks: 'authorize.callback-unknown',
    policy: 'spendsFirst',
    instead: (request) => (request.state ?? '').length <= 60,
  },
  'broker.spends-requests-on-one-node': {
    does: 'spends a pending request at the node of its callback and nowhere else',
    breaks: unknown,
    policy: 'spends',
    instead: () => 'here',
  },
  'broker.keeps-requests-forever': {
    does: 'never forgets a pending request',
    breaks: unknown,
    policy: 'stillPending',
    instead: () => true,
  },
  'broker.extends-pending-requests': {
    does: 'keeps a request pending for 8 hours after its browser last began one',
    breaks: unknown,
    policy: 'stillPending',
    instead: ({ touched, now }) => now - touched < 8 * hour,
  },
  'broker.ignores-browser': {
    does: 'answers a callback in a browser that did not begin the request',
    breaks: unknown,
    policy: 'sameBrowser',
    instead: () => true,
  },
  'broker.accepts-any-returning-browser': {
    does: 'answers a callback in any browser that has begun a request of its own',
    breaks: unknown,
    policy: 'sameBrowser',
    instead: (_, marks) => marks.length > 0,
  },

  'broker.turns-refusal-into-code': {
    does: 'gives the caller a code though the user was refused',
    breaks: 'authorize.relays-refusal',
    policy: 'giveBack',
    instead: (answer, text) => honest.giveBack({ code: answer.code ?? 'none' }, text),
  },
  'broker.prefers-code-to-error': {
    does: 'gives a code that came beside an error',
    breaks: 'authorize.relays-refusal',
    policy: 'giveBack',
    instead: ({ code, ...answer }, text) => honest.giveBack(code === undefined ? answer : { code }, text),
  },
  'broker.tells-refusals-as-another-row': {
    does: 'tells a refusal of the identity provider on a page, as a request that could not be processed',
    breaks: 'authorize.relays-refusal',
    policy: 'giveBack',
    instead: (answer, text) => (answer.code === undefined ? 'authorization-request' : honest.giveBack(answer, text)),
  },
  'broker.omits-unknown-errors': {
    does: 'relays only the errors of RFC 6749 and answers all others with the state alone',
    breaks: 'authorize.relays-refusal',
    policy: 'giveBack',
    instead: ({ error, ...answer }, text) =>
      honest.giveBack({ ...answer, ...(error !== undefined && standardErrors.has(error) && { error }) }, text),
  },
  'broker.omits-state-of-refusal': {
    does: 'relays a refusal without the state',
    breaks: 'authorize.relays-refusal',
    policy: 'giveBack',
    instead: (answer, text) => honest.giveBack(answer, answer.code === undefined ? undefined : text),
  },

  'broker.keeps-requests-on-their-node': {
    does: 'knows a pending request only at the node that began it',
    breaks: 'authorize.any-node',
    policy: 'knownAt',
    instead: (node, begunAt) => node === begunAt,
  },
  'broker.keeps-long-requests-on-their-node': {
    does: 'shares a pending request among the nodes only when its state is short',
    breaks: 'authorize.any-node',
    policy: 'knownAt',
    instead: (node, begunAt, { asked }) => node === begunAt || (asked.state ?? '').length <= 128,
  },
} as const satisfies Record<`broker.${string}`, Fault>
