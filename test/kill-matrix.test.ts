import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { Policies } from '../mocks/broker/policies.ts'
import { honest } from '../mocks/broker/policies.ts'
import type { SignInPolicies } from '../mocks/broker/sign-in-policies.ts'
import type { TokenPolicies } from '../mocks/broker/token-policies.ts'
import { faulty, oauthFaults, sideOf, tokenFaults } from '../mocks/faults/catalogue.ts'
import { faultIds, judges } from './kill-matrix.ts'
import type { SignInFaultId } from '../mocks/faults/sign-in.ts'
import { signInFaults } from '../mocks/faults/sign-in.ts'
import { claimsOn } from './kill-proof.ts'
import { verdictsOn } from './proving-ground.ts'
import { checksOf } from './sides.ts'

const keyring = await makeKeyring()
/** For every policy a fault that no example finds. */
const onlyByProperty: Record<keyof Policies, keyof typeof oauthFaults> = {
  servesVersion: 'broker.serves-version-by-first-digit',
  findClient: 'broker.compares-half-the-client-id',
  mayUseOauth: 'broker.ignores-oauth-setting-of-silent-requests',
  blamesFirst: 'broker.blames-redirect-of-malformed-client',
  readRedirectUri: 'broker.uses-array-parameters',
  registeredFor: 'broker.remembers-accepted-redirect-uris',
  matches: 'broker.decodes-redirect-uri-twice',
  validatesFirst: 'broker.validates-long-redirect-uris-after-sign-in',
  servesResponseType: 'broker.accepts-response-types-with-code',
  callbackOf: 'broker.believes-forwarded-host-with-scheme',
  upstreamQuery: 'broker.concatenates-resource-upstream',
  keepState: 'broker.turns-plus-into-space',
  stillPending: 'broker.extends-pending-requests',
  knownAt: 'broker.keeps-long-requests-on-their-node',
  spends: 'broker.reuses-refused-requests',
  findPending: 'broker.answers-newest-request',
  sameBrowser: 'broker.accepts-any-returning-browser',
  destination: 'broker.answers-newest-redirect-uri',
  giveBack: 'broker.omits-unknown-errors',
  show: 'broker.redirects-refusals-of-long-redirect-uris',
  wording: 'broker.shows-refusal-text-to-browsers-only',
  marksUp: 'broker.reflects-long-markup-of-authorization',
  numbers: 'broker.shows-another-code-for-combined-types',
  tellsOf: 'broker.tells-secrets-with-long-codes',
}

/**
 * The same on the sign-in side, for what a property can vary. The metadata is asked for in one way, so that there is nothing to
 * vary in what it publishes and how it describes the target.
 */
const onlyByPropertyOfSignIn: Partial<Record<keyof SignInPolicies, SignInFaultId>> = {
  reads: 'broker.takes-actions-by-prefix',
  findParty: 'broker.takes-realm-by-prefix',
  acceptsReply: 'broker.takes-reply-by-prefix',
  keepContext: 'broker.strips-markup-from-context',
  assertionId: 'broker.numbers-tokens-by-session',
  audiences: 'broker.names-every-party-as-audience',
  lifetime: 'broker.counts-from-session',
  tokenVersion: 'broker.issues-saml20-out-of-sessions',
  claimsFor: 'broker.cuts-claims-at-markup',
  signs: 'broker.signs-long-tokens-with-sha1',
  describes: 'broker.declares-lifetime-of-session',
  destination: 'broker.posts-to-newest-party',
  ends: 'broker.ends-first-session-only',
  acceptsSignOutReply: 'broker.leads-by-prefix-after-sign-out',
  cleansUp: 'broker.cleans-up-two-parties',
  signOutUpstream: 'broker.keeps-upstream-session-when-leading-on',
}

/** The same at the token endpoint. */
const onlyByPropertyOfToken: Record<keyof TokenPolicies, keyof typeof tokenFaults> = {
  servesVersion: 'broker.redeems-in-version-by-first-digit',
  reads: 'broker.takes-party-from-the-front-of-state',
  sharesAnswer: 'broker.shares-answers-by-code',
  findClient: 'broker.redeems-for-clients-by-half',
  blamesClient: 'broker.blames-version-for-long-client-ids',
  mayUseOauth: 'broker.renews-for-sign-in-clients',
  isRegistered: 'broker.redeems-for-uris-decoded-twice',
  validatesFirst: 'broker.validates-renewals-after-granting',
  endpointFor: 'broker.asks-longer-endpoints',
  grantFor: 'broker.renews-for-resource-of-client',
  isOfRealm: 'broker.compares-half-the-realm',
  handsOver: 'broker.drops-refresh-tokens-of-other-resources',
  delivers: 'broker.posts-tokens-to-the-end-of-state',
  tellsFailure: 'broker.omits-what-token-endpoint-said-of-renewals',
}

test('every judge claims a fault, and every fault is claimed', () => {
  expect(judges.filter(({ kills }) => kills.length === 0)).toEqual([])
  expect(faultIds.filter((fault) => claimsOn(fault).length === 0)).toEqual([])
})

test('every policy of the authorize flow has two faults and more', () => {
  const ofPolicy = Map.groupBy(Object.values(oauthFaults), ({ policy }) => policy)
  const few = Object.keys(honest).filter((policy) => (ofPolicy.get(policy as keyof Policies)?.length ?? 0) < 2)
  expect(few).toEqual([])
})

test.for(Object.entries(onlyByProperty) as [keyof Policies, keyof typeof oauthFaults][])(
  '%s: no example finds %s',
  async ([policy, fault]) => {
    expect([oauthFaults[fault].policy, claimsOn(fault).length > 0]).toEqual([policy, true])
    for (let seed = 1; seed <= 10; seed += 1) {
      const verdicts = await verdictsOn(faulty(fault), { keyring, seed, runs: 0, chosen: checksOf(sideOf(fault)) })
      expect(verdicts.filter(({ status }) => status === 'fail')).toEqual([])
    }
  },
)

test.for(Object.entries(onlyByPropertyOfSignIn))(
  '%s: no example finds %s',
  { timeout: 300_000 },
  async ([policy, fault]) => {
    expect([signInFaults[fault].policy, claimsOn(fault).length > 0]).toEqual([policy, true])
    const verdicts = await verdictsOn(faulty(fault), { keyring, seed: 1, runs: 0, chosen: checksOf('sign-in') })
    expect(verdicts.filter(({ status }) => status === 'fail')).toEqual([])
  },
)

test.for(Object.entries(onlyByPropertyOfToken) as [keyof TokenPolicies, keyof typeof tokenFaults][])(
  '%s: no example finds %s',
  async ([policy, fault]) => {
    expect([tokenFaults[fault].policy, claimsOn(fault).length > 0]).toEqual([policy, true])
    for (let seed = 1; seed <= 3; seed += 1) {
      const verdicts = await verdictsOn(faulty(fault), { keyring, seed, runs: 0, chosen: checksOf('token') })
      expect(verdicts.filter(({ status }) => status === 'fail')).toEqual([])
    }
  },
)
