import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { AppOnlyPolicies } from '../mocks/broker/app-only-policies.ts'
import { honestRecords } from '../mocks/decisions.ts'
import type { Policies } from '../mocks/broker/policies.ts'
import type { RegistrationPolicies } from '../mocks/broker/registration-policies.ts'
import type { SignInPolicies } from '../mocks/broker/sign-in-policies.ts'
import type { appOnlyFaults } from '../mocks/faults/app-only.ts'
import type { TokenPolicies } from '../mocks/broker/token-policies.ts'
import type { FaultId, oauthFaults, Side, tokenFaults } from '../mocks/faults/catalogue.ts'
import { faults, recordOf, sideOf } from '../mocks/faults/catalogue.ts'
import type { registrationFaults } from '../mocks/faults/registration.ts'
import type { SignInFaultId } from '../mocks/faults/sign-in.ts'
import type { CacheFaultId } from '../mocks/faults/cache.ts'
import type { HighTrustFaultId } from '../mocks/faults/high-trust.ts'
import type { PartyFaultId } from '../mocks/faults/party.ts'
import type { PartyPolicies } from '../mocks/relying-party/policies.ts'
import type { HighTrustPolicies } from '../mocks/token-cache/high-trust-policies.ts'
import type { CachePolicies } from '../mocks/token-cache/policies.ts'
import { faultIds, judges, verdictsWith } from './kill-matrix.ts'
import { claimsOn } from './kill-proof.ts'
import { shareOf } from './share.ts'
import { checksMeeting } from './sides.ts'

const keyring = await makeKeyring()

/** For every policy a fault that no example finds. */
const onlyByProperty: Record<keyof Policies, keyof typeof oauthFaults> = {
  servesVersion: 'broker.serves-version-by-first-digit',
  cookieAttributes: 'broker.omits-secure-with-long-states',
  readClientId: 'broker.validates-first-of-two-clients-of-silent-requests',
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
  namesRequest: 'broker.numbers-requests-anew',
  spendsFirst: 'broker.spends-requests-of-long-states-late',
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
  asksBeside: 'broker.grants-renewals-without-awaiting',
  refreshesWith: 'broker.renews-by-newest-token',
  isOfRealm: 'broker.compares-half-the-realm',
  quotesForeign: 'broker.quotes-tokens-of-near-realms',
  handsOver: 'broker.drops-refresh-tokens-of-other-resources',
  delivers: 'broker.posts-tokens-to-the-end-of-state',
  tellsFailure: 'broker.omits-what-token-endpoint-said-of-renewals',
}

/**
 * The same for app-only tokens. The grant itself is asked for in one way, so that there is nothing to vary in who it is made by.
 */
const onlyByPropertyOfAppOnly: Partial<Record<keyof AppOnlyPolicies, keyof typeof appOnlyFaults>> = {
  sharesAnswer: 'broker.shares-app-only-answers-by-realm',
  waives: 'broker.takes-long-opaque-user-tokens',
  validatesFirst: 'broker.asks-app-only-before-long-opaque-tokens',
  findIssuer: 'broker.takes-issuer-of-user-token-by-prefix',
  keysFor: 'broker.trusts-jwk-named-by-its-thumbprint',
  verifies: 'broker.verifies-short-user-tokens-only',
  isCurrent: 'broker.forgets-expiry-after-a-month',
  realmOf: 'broker.takes-domain-of-request-for-users-realm',
  isOfRealm: 'broker.compares-realm-of-user-by-prefix',
  isUsers: 'broker.tells-apps-by-optional-claims',
  acceptsAudience: 'broker.takes-audience-of-user-token-by-prefix',
  servesResource: 'broker.compares-app-only-resource-by-prefix',
  asksBeside: 'broker.asks-app-only-of-long-opaque-tokens-without-awaiting',
  handsOut: 'broker.hands-out-long-lived-user-tokens',
}

/**
 * The same of what is stored. Which registrations are written down, and what of them, nothing can vary: they are those of the provision
 * document, which a target has read before the first check begins.
 */
const onlyByPropertyOfStore = {
  keeps: 'broker.stores-long-visits',
  encodes: 'broker.encrypts-beginnings-of-secrets',
  logs: 'broker.logs-tokens-of-long-visits',
} as const

/** The same of registrations. */
const onlyByPropertyOfRegistration: Record<keyof RegistrationPolicies, keyof typeof registrationFaults> = {
  acceptsDomain: 'broker.accepts-word-characters-in-vanity-domains',
  sameDomain: 'broker.compares-beginnings-of-vanity-domains',
  addsAtOnce: 'broker.adds-further-parties-at-once',
  sameBrowser: 'broker.registers-in-returning-browsers',
  directoryOf: 'broker.takes-directory-from-callbacks',
  mayBindTenancy: 'broker.moves-tenancies-to-new-domains',
  mayBindParty: 'broker.binds-parties-by-reply',
}

/**
 * The same of a relying party. The attributes of a cookie by its number apart, whether a session is over and what becomes of one that is
 * depend on times; a clean-up of nobody has nothing in it that could vary.
 */
const onlyByPropertyOfParty: Partial<Record<keyof PartyPolicies, PartyFaultId>> = {
  protects: 'party.opens-pages-by-query',
  asks: 'party.takes-reply-from-query',
  returnsTo: 'party.redirects-past-backslashes',
  believes: 'party.believes-unsigned-in-collections',
  isOfRealm: 'party.compares-realm-by-prefix',
  isFresh: 'party.ignores-replays-of-long-ids',
  remembers: 'party.forgets-long-ids',
  lasts: 'party.gives-eight-hours-to-all',
  tells: 'party.cuts-claims-at-markup',
  box: 'party.seals-long-sessions-for-every-party',
  marks: 'party.omits-secure-of-third-cookie',
  isOver: 'party.revives-sessions-after-a-week',
  onceOver: 'party.shows-error-after-a-week',
  forgets: 'party.keeps-long-sessions-at-sign-out',
  trusts: 'party.keeps-certificates-of-three',
  verifiesBy: 'party.trusts-first-two-certificates',
}

/** The same of a token cache. */
const onlyByPropertyOfCache: Record<keyof CachePolicies, CacheFaultId> = {
  expiryOf: 'cache.takes-long-lifetimes-for-milliseconds',
  isDue: 'cache.renews-tokens-of-over-an-hour',
  keyOf: 'cache.ignores-dots-in-names',
  reads: 'cache.extends-tokens-when-read-late',
  trustParameters: 'cache.omits-prompt-for-further-resources',
  findPending: 'cache.compares-half-the-state',
  trustsSignature: 'cache.takes-unsigned-callers-in-capitals',
  isCurrent: 'cache.takes-callers-for-another-day',
  isMeantForUs: 'cache.takes-audience-of-callers-by-prefix',
  realmOf: 'cache.takes-issuer-of-callers-by-prefix',
  keepsInbound: 'cache.keeps-callers-tokens-for-the-last-resource',
  stores: 'cache.drops-refresh-tokens-renewed-in-a-row',
  offersTrust: 'cache.offers-no-trust-for-seventh-resource',
  renewsBy: 'cache.renews-fourth-resource-at-token-service',
  forgetsAlso: 'cache.forgets-users-of-the-resource-elsewhere',
  waitsFor: 'cache.waits-for-two-renewals',
  vouchedBy: 'cache.ends-app-only-when-unused-for-weeks',
  afterDenial: 'cache.lends-tokens-when-denied-once-there-are-five',
  asksFor: 'cache.refuses-further-resources-without-audience',
  callsWith: 'cache.calls-as-user-for-app-once-there-are-three',
  trustAt: 'cache.begins-trust-for-seventh-resource-at-token-service',
  redeemsBy: 'cache.redeems-for-seventh-resource-at-token-service',
  redeemsAtOnce: 'cache.redeems-codes-of-seventh-resource-when-called',
  asksBeside: 'cache.renews-fourth-resource-twice',
  storesFirst: 'cache.stores-renewals-of-fourth-resource-once-data-came',
  redeemsFor: 'cache.redeems-before-verifying-all-of-the-state',
  isOver: 'cache.takes-callbacks-again-among-others',
  usesOf: 'cache.calls-with-old-token-in-its-last-minute',
  keepsAfter: 'cache.keeps-dead-tokens-of-some-days',
  withoutRefresh: 'cache.uses-long-expired-tokens-without-refresh-token',
  remembers: 'cache.forgets-older-tokens-at-restart',
  sharesRenewal: 'cache.renews-in-each-call-for-fourth-resource',
  standsIn: 'cache.lends-tokens-to-names-with-dots',
}

/** The same of high trust. What key there is, what is published and what TLS shows is asked for in one way. */
const onlyByPropertyOfHighTrust: Partial<Record<keyof HighTrustPolicies, HighTrustFaultId>> = {
  keyAfter: 'high-trust.makes-key-at-third-start',
  whoIs: 'high-trust.finds-users-by-beginning',
  signsWith: 'high-trust.signs-with-unpublished-key-for-further-users',
  asksFirst: 'high-trust.asks-broker-for-further-users',
  audienceOf: 'high-trust.names-first-farm',
  actsAs: 'high-trust.signs-as-issuer-of-first-farm',
  timesOf: 'high-trust.counts-lifetime-from-start',
  identityOf: 'high-trust.calls-as-second-user-for-further-ones',
  delegation: 'high-trust.denies-delegation-for-further-users',
  reuses: 'high-trust.reuses-tokens-for-a-day',
  sharesSigning: 'high-trust.shares-tokens-between-further-users',
}

/** The tables of all sides, and for how many seeds each line is tried. */
const tables: Record<Side, { table: Readonly<Record<string, FaultId>>; seeds: number }> = {
  oauth: { table: onlyByProperty, seeds: 10 },
  'sign-in': { table: onlyByPropertyOfSignIn, seeds: 1 },
  store: { table: onlyByPropertyOfStore, seeds: 3 },
  token: { table: onlyByPropertyOfToken, seeds: 3 },
  'app-only': { table: onlyByPropertyOfAppOnly, seeds: 1 },
  registration: { table: onlyByPropertyOfRegistration, seeds: 3 },
  party: { table: onlyByPropertyOfParty, seeds: 1 },
  cache: { table: onlyByPropertyOfCache, seeds: 1 },
  'high-trust': { table: onlyByPropertyOfHighTrust, seeds: 1 },
}

test('every judge claims a fault, and every fault is claimed', () => {
  expect(judges.filter(({ kills }) => kills.length === 0)).toEqual([])
  expect(faultIds.filter((fault) => claimsOn(fault).length === 0)).toEqual([])
})

test.for(['oauth', 'app-only', 'registration', 'party', 'high-trust'] satisfies Side[])(
  'every policy of the %s side has two faults and more',
  (side) => {
    const ofPolicy = Map.groupBy(
      faultIds.filter((fault) => sideOf(fault) === side),
      (fault) => faults[fault].policy as string,
    )
    const few = Object.keys(honestRecords[recordOf(side)]).filter((policy) => (ofPolicy.get(policy)?.length ?? 0) < 2)
    expect(few).toEqual([])
  },
)

const lines = (Object.keys(tables) as Side[]).flatMap((side) => {
  const { table, seeds } = tables[side]
  return Object.entries(table).map(([policy, fault]) => ({ side, policy, fault, seeds: shareOf(seeds, 1) }))
})

/** The examples of what claims a fault, and of its side all others in `npm run prove`; one in six, which take turns, in `npm test`. */
const asked = (side: Side, fault: FaultId) =>
  checksMeeting(side).filter(
    ({ kills }, index) =>
      (kills as readonly FaultId[]).includes(fault) || (index + faultIds.indexOf(fault)) % shareOf(1, 6) === 0,
  )

test.for(lines)(
  '$side, $policy: no example finds $fault',
  { timeout: 300_000 },
  async ({ side, policy, fault, seeds }) => {
    expect([sideOf(fault), faults[fault].policy, claimsOn(fault).length > 0]).toEqual([side, policy, true])
    for (let seed = 1; seed <= seeds; seed += 1) {
      const verdicts = await verdictsWith(fault, { keyring, seed, runs: 0, chosen: asked(side, fault) })
      expect(verdicts.filter(({ status }) => status === 'fail')).toEqual([])
    }
  },
)
