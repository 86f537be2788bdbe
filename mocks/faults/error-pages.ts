import { escapeHtml } from '../html.ts'
import { numbersOf } from '../broker/error-numbers.ts'
import type { Refusal, Told } from '../broker/policies.ts'
import { honest } from '../broker/policies.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { Fault } from './fault.ts'
import type { SignInFaults } from './sign-in-fault.ts'

const isLong = (text: string | undefined) => text !== undefined && text.length > 64
const stackTrace = () => new Error('Object reference not set').stack ?? ''

/** Faults on the error pages of the WS-Federation side. */
export const signInPageFaults = {
  'broker.words-malformed-requests-as-failures': {
    does: 'words what is no WS-Federation request as a sign-in request that failed',
    breaks: 'errors.row-not-ws-federation',
    policy: 'wording',
    instead: (row, told) => honestSignIn.wording(row === 'not-ws-federation' ? 'sign-in-request' : row, told),
  },
  'broker.words-failures-its-own-way': {
    does: 'says Something went wrong instead of row 1',
    breaks: 'errors.row-unhandled',
    policy: 'wording',
    instead: (row, told) => (row === 'unhandled' ? 'Something went wrong' : honestSignIn.wording(row, told)),
  },
  'broker.words-sign-outs-as-sign-ins': {
    does: 'words a failed sign-out as a failed sign-in',
    breaks: 'sign-out.malformed',
    policy: 'wording',
    instead: (row, told) => honestSignIn.wording(row === 'sign-out-request' ? 'sign-in-request' : row, told),
  },
  'broker.words-metadata-failures-its-own-way': {
    does: 'says Not Found instead of row 6',
    breaks: 'errors.row-metadata',
    policy: 'wording',
    instead: (row, told) => (row === 'metadata' ? 'Not Found' : honestSignIn.wording(row, told)),
  },
  'broker.omits-long-realms': {
    does: 'does not say which realm is unknown when it is longer than 64 characters',
    breaks: 'errors.row-unknown-realm',
    policy: 'wording',
    instead: (row, told) => honestSignIn.wording(row, isLong(told.realm) ? {} : told),
  },
  'broker.words-long-realms-as-failures': {
    does: 'words an unknown realm of more than 64 characters as a sign-in request that failed',
    breaks: 'errors.distinct',
    policy: 'wording',
    instead: (row, told) => honestSignIn.wording(isLong(told.realm) ? 'sign-in-request' : row, told),
  },
  'broker.shows-stack-traces': {
    does: 'shows a stack trace with row 1',
    breaks: 'errors.inert',
    policy: 'wording',
    instead: (row, told) => honestSignIn.wording(row, told) + (row === 'unhandled' ? `\n${stackTrace()}` : ''),
  },
  'broker.shows-stack-traces-for-long-realms': {
    does: 'shows a stack trace when a realm is longer than 64 characters',
    breaks: 'errors.inert',
    policy: 'wording',
    instead: (row, told) => honestSignIn.wording(row, told) + (isLong(told.realm) ? `\n${stackTrace()}` : ''),
  },

  'broker.reflects-markup': {
    does: 'shows what it quotes as markup',
    breaks: 'errors.inert',
    policy: 'marksUp',
    instead: (text) => text,
  },
  'broker.reflects-long-markup': {
    does: 'shows what it quotes as markup when the text is longer than 255 characters',
    breaks: 'errors.inert',
    policy: 'marksUp',
    instead: (text) => (text.length > 255 ? text : escapeHtml(text)),
  },

  'broker.shows-code-of-another-row': {
    does: 'shows the code of row 3 with row 4',
    breaks: 'errors.row-sign-in-response',
    policy: 'numbers',
    instead: (row) => numbersOf(row === 'sign-in-response' ? 'sign-in-request' : row),
  },
  'broker.shows-another-code-for-long-realms': {
    does: 'shows the code of row 3 when an unknown realm is longer than 64 characters',
    breaks: 'errors.row-unknown-realm',
    policy: 'numbers',
    instead: (row, { realm }) => numbersOf(isLong(realm) ? 'sign-in-request' : row),
  },

  'broker.serves-broken-metadata': {
    does: 'serves half a document when metadata cannot be generated',
    breaks: 'metadata.failure',
    policy: 'insteadOfMetadata',
    instead: () => ({ status: 200, text: '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID=' }),
  },
  'broker.serves-empty-metadata': {
    does: 'serves a document without any role when metadata cannot be generated',
    breaks: 'metadata.failure',
    policy: 'insteadOfMetadata',
    instead: () => ({
      status: 200,
      text: '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:none"/>',
    }),
  },
} as const satisfies SignInFaults

const combined = (refusal: Refusal, { quoted }: Told = {}) =>
  refusal === 'authorization-request' && quoted?.includes(' ') === true

/** Faults on the error pages of the authorize and token endpoints. */
export const oauthPageFaults = {
  'broker.words-versions-its-own-way': {
    does: 'says Not Found instead of row 8',
    breaks: 'errors.row-oauth-version',
    policy: 'wording',
    instead: (refusal, accept, told) =>
      refusal === 'oauth-version' ? 'Not Found' : honest.wording(refusal, accept, told),
  },
  'broker.words-responses-as-requests': {
    does: 'words a failed authorization response as a failed request',
    breaks: 'errors.row-authorization-response',
    policy: 'wording',
    instead: (refusal, accept, told) =>
      honest.wording(refusal === 'authorization-response' ? 'authorization-request' : refusal, accept, told),
  },
  'broker.words-redemptions-as-requests': {
    does: 'words a failed token request as a failed authorization request',
    breaks: 'errors.row-token-request',
    policy: 'wording',
    instead: (refusal, accept, told) =>
      honest.wording(refusal === 'token-request' ? 'authorization-request' : refusal, accept, told),
  },
  'broker.omits-details-of-authorization': {
    does: 'does not say why a request or a response of the authorize flow was refused',
    breaks: 'errors.row-authorization-request',
    policy: 'wording',
    instead: (refusal, accept) => honest.wording(refusal, accept),
  },
  'broker.omits-details-of-combined-types': {
    does: 'does not say why a combined response type was refused',
    breaks: 'errors.row-authorization-request',
    policy: 'wording',
    instead: (refusal, accept, told) => honest.wording(refusal, accept, combined(refusal, told) ? {} : told),
  },
  'broker.words-combined-types-as-responses': {
    does: 'words a refused combined response type as a failed authorization response',
    breaks: 'errors.distinct',
    policy: 'wording',
    instead: (refusal, accept, told) =>
      honest.wording(combined(refusal, told) ? 'authorization-response' : refusal, accept, told),
  },

  'broker.reflects-markup-of-authorization': {
    does: 'shows what it quotes of an authorization request as markup',
    breaks: 'errors.inert',
    policy: 'marksUp',
    instead: (text) => text,
  },
  'broker.reflects-long-markup-of-authorization': {
    does: 'shows what it quotes of an authorization request as markup when the text is longer than 255 characters',
    breaks: 'errors.inert',
    policy: 'marksUp',
    instead: (text) => (text.length > 255 ? text : escapeHtml(text)),
  },

  'broker.shares-a-code': {
    does: 'shows one code with rows 9 and 10',
    breaks: 'errors.distinct',
    policy: 'numbers',
    instead: (refusal, told) =>
      honest.numbers(refusal === 'authorization-response' ? 'authorization-request' : refusal, told),
  },
  'broker.shows-another-code-for-combined-types': {
    does: 'shows the code of row 10 with a refused combined response type',
    breaks: 'errors.row-authorization-request',
    policy: 'numbers',
    instead: (refusal, told) => honest.numbers(combined(refusal, told) ? 'authorization-response' : refusal, told),
  },

  'broker.tells-secrets': {
    does: 'shows the client secret when a token request failed',
    breaks: 'errors.inert',
    policy: 'tellsOf',
    instead: (said, { client, code }) => `${honest.tellsOf(said, { client, code })} client_secret=${client.secret}`,
  },
  'broker.tells-secrets-with-long-codes': {
    does: 'shows the client secret when a token request with a code of more than 255 characters, none of them a dot, failed',
    breaks: 'errors.inert',
    policy: 'tellsOf',
    instead: (said, { client, code }) =>
      honest.tellsOf(said, { client, code }) + (/^[^.]{256,}$/s.test(code) ? ` client_secret=${client.secret}` : ''),
  },

  'broker.blames-itself-for-requests': {
    does: 'shows every refusal of the authorize flow with status 500',
    breaks: 'errors.client-faults-are-4xx',
    policy: 'show',
    instead: () => ({ status: 500, behindRedirect: true }),
  },
} as const satisfies Record<`broker.${string}`, Fault>
