import { createHash } from 'node:crypto'
import { tokenTypes } from '../../protocols/saml/assertion.ts'
import { issue, writeAssertion } from '../../protocols/saml/issue.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import { eightHours } from '../broker/sign-in-terms.ts'
import type { SignInFaults } from './sign-in-fault.ts'

const hour = 3_600_000

/** Faults in the token that a party is given, and in where it goes. */
export const signInTokenFaults = {
  'broker.reuses-upstream-id': {
    does: 'issues a token under the id of the upstream one',
    breaks: 'sign-in.reissues',
    policy: 'assertionId',
    instead: (_, upstream) => upstream,
  },
  'broker.numbers-tokens-by-nothing': {
    does: 'issues every token under the same id',
    breaks: 'sign-in.reissues',
    policy: 'assertionId',
    instead: () => '_token',
  },
  'broker.numbers-tokens-by-session': {
    does: 'issues every token of a session under the same id',
    breaks: 'sign-in.reissues',
    policy: 'assertionId',
    instead: (_, upstream) => `_${createHash('sha256').update(upstream).digest('hex')}`,
  },

  'broker.names-every-party-as-audience': {
    does: 'issues a token that is for every party of the session',
    breaks: 'sign-in.audience',
    policy: 'audiences',
    instead: ({ realm }, _, earlier) => [[realm, ...[...earlier].filter((one) => one !== realm)]],
  },
  'broker.omits-audience': {
    does: 'issues a token that names no audience',
    breaks: 'sign-in.audience',
    policy: 'audiences',
    instead: () => [],
  },
  'broker.names-itself-as-audience': {
    does: 'issues a token that is for the broker too',
    breaks: 'sign-in.audience',
    policy: 'audiences',
    instead: ({ realm }, application) => [[realm, application.realm]],
  },
  'broker.omits-slash-of-audience': {
    does: 'issues a token for the realm without the slash at its end',
    breaks: 'sign-in.audience',
    policy: 'audiences',
    instead: ({ realm }) => [[realm.replace(/\/$/, '')]],
  },

  'broker.issues-for-an-hour': {
    does: 'issues a token for one hour',
    breaks: 'sign-in.lifetime',
    policy: 'lifetime',
    instead: (now) => ({ notBefore: now, notOnOrAfter: now + hour }),
  },
  'broker.issues-for-a-day': {
    does: 'issues a token for a day',
    breaks: 'sign-in.lifetime',
    policy: 'lifetime',
    instead: (now) => ({ notBefore: now, notOnOrAfter: now + 24 * hour }),
  },
  'broker.counts-from-session': {
    does: 'ends a token eight hours after the session began',
    breaks: 'sign-in.lifetime',
    policy: 'lifetime',
    instead: (now, session) => ({ notBefore: now, notOnOrAfter: session + eightHours }),
  },

  'broker.issues-saml20-only': {
    does: 'issues SAML 2.0 to every party',
    breaks: 'sign-in.token-type',
    policy: 'tokenVersion',
    instead: () => '2.0',
  },
  'broker.issues-saml20-out-of-sessions': {
    does: 'issues SAML 2.0 to every party but the first of a session',
    breaks: 'sign-in.token-type',
    policy: 'tokenVersion',
    instead: ({ tokenVersion }, _, earlier) => (earlier.size > 0 ? '2.0' : tokenVersion),
  },
  'broker.issues-saml20-out-of-openid': {
    does: 'issues SAML 2.0 to every party whose users sign in by OpenID Connect',
    breaks: 'sign-in.wsfed-out-of-oidc',
    policy: 'tokenVersion',
    instead: ({ tokenVersion }, upstream) => (upstream === 'oidc' ? '2.0' : tokenVersion),
  },

  'broker.passes-every-claim': {
    does: 'tells a party every claim of the upstream token',
    breaks: 'sign-in.claims',
    policy: 'claimsFor',
    instead: (claims) => [...claims],
  },
  'broker.omits-object-id': {
    does: 'tells a party no object id',
    breaks: 'sign-in.claims',
    policy: 'claimsFor',
    instead: (claims, party) =>
      honestSignIn.claimsFor(claims, party).filter(({ type }) => !type.endsWith('/objectidentifier')),
  },
  'broker.tells-first-value-only': {
    does: 'tells a party the first value of a claim with several',
    breaks: 'sign-in.claims',
    policy: 'claimsFor',
    instead: (claims, party) =>
      honestSignIn.claimsFor(claims, party).map(({ type, values }) => ({ type, values: values.slice(0, 1) })),
  },
  'broker.truncates-claims': {
    does: 'tells a party the first 12 characters of every value',
    breaks: 'sign-in.claims',
    policy: 'claimsFor',
    instead: (claims, party) =>
      honestSignIn
        .claimsFor(claims, party)
        .map(({ type, values }) => ({ type, values: values.map((value) => value.slice(0, 12)) })),
  },
  'broker.cuts-claims-at-markup': {
    does: 'tells a party every value up to the first markup in it',
    breaks: 'sign-in.claims',
    policy: 'claimsFor',
    instead: (claims, party) =>
      honestSignIn
        .claimsFor(claims, party)
        .map(({ type, values }) => ({ type, values: values.map((value) => value.split('<', 1)[0] ?? '') })),
  },
  'broker.lowers-case-of-claims': {
    does: 'tells a party the values of claims in lower case',
    breaks: 'sign-in.claims',
    policy: 'claimsFor',
    instead: (claims, party) =>
      honestSignIn
        .claimsFor(claims, party)
        .map(({ type, values }) => ({ type, values: values.map((value) => value.toLowerCase()) })),
  },

  'broker.signs-with-withdrawn-key': {
    does: 'goes on to sign with its first key',
    breaks: 'metadata.rollover',
    policy: 'signsWith',
    instead: (signers) => signers.at(-1),
  },
  'broker.lags-behind-rotation': {
    does: 'signs with the key before the newest',
    breaks: 'metadata.rollover',
    policy: 'signsWith',
    instead: ([newest, previous]) => previous ?? newest,
  },

  'broker.omits-signature': {
    does: 'issues a token without a signature',
    breaks: 'sign-in.reissues',
    policy: 'signs',
    instead: (assertion) => Promise.resolve(writeAssertion(assertion)),
  },
  'broker.signs-with-sha1': {
    does: 'signs tokens with SHA-1',
    breaks: 'metadata.verifies-tokens',
    policy: 'signs',
    instead: (assertion, signer) => issue(assertion, signer, 'sha1'),
  },
  'broker.signs-long-tokens-with-sha1': {
    does: 'signs a token of long claims with SHA-1',
    breaks: 'metadata.verifies-tokens',
    policy: 'signs',
    instead: (assertion, signer) =>
      issue(assertion, signer, JSON.stringify(assertion.claims).length > 3_000 ? 'sha1' : 'sha256'),
  },

  'broker.declares-saml11': {
    does: 'declares every token to be SAML 1.1',
    breaks: 'sign-in.token-type',
    policy: 'describes',
    instead: (response) => ({ ...response, tokenType: tokenTypes['1.1'] }),
  },
  'broker.declares-an-hour': {
    does: 'declares a lifetime of one hour in the response',
    breaks: 'sign-in.lifetime',
    policy: 'describes',
    instead: (response) => ({
      ...response,
      ...(response.lifetime && { lifetime: { ...response.lifetime, expires: response.lifetime.created + hour } }),
    }),
  },

  'broker.posts-to-newest-party': {
    does: 'posts a result to the party of the newest sign-in',
    breaks: 'sign-in.posts-to-registered-reply',
    policy: 'destination',
    instead: ({ reply }, given, newest) => newest?.party.reply ?? given ?? reply,
  },
  'broker.posts-to-root': {
    does: 'posts a result to the root of the host of a party',
    breaks: 'sign-in.posts-to-registered-reply',
    policy: 'destination',
    instead: ({ reply }, given) => new URL(given ?? reply).origin,
  },
} as const satisfies SignInFaults
