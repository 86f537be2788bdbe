import type { Check, Invariant } from '../harness/judge/check.ts'
import type { JudgedRole } from '../harness/roles/role.ts'
import { appOnly } from './broker/app-only/index.ts'
import { anyForm, otherNames } from './broker/authorize/any-form.ts'
import { authorizeCookies } from './broker/authorize/cookies.ts'
import {
  expiredCallback,
  otherBrowser,
  replayedAtNode,
  replayedCallback,
  unknownCallback,
} from './broker/authorize/callback.ts'
import { clientFirst, nearClient, signInOnly, unknownClient } from './broker/authorize/client.ts'
import { exactMatch, nearMiss } from './broker/authorize/near-miss.ts'
import { anyNode } from './broker/authorize/nodes.ts'
import { codeOnly, onlyVersion2, relaysRefusal } from './broker/authorize/protocol.ts'
import { oneAnswerForAState } from './broker/authorize/race.ts'
import { otherClient, otherRealm } from './broker/authorize/redirect-binding.ts'
import { oneMeaning as oneClient } from './broker/authorize/two-values.ts'
import { codeOfUpstream, codeRedeems, interleaved, stateUnchanged } from './broker/authorize/state.ts'
import { knownAttacks, stranger } from './broker/authorize/unregistered-redirect.ts'
import { askedResource, manyUris, noInjection, ownHost, startsCodeFlow } from './broker/authorize/upstream.ts'
import { distinctRows } from './broker/errors/distinct.ts'
import { malformedSignOut, metadataFailure } from './broker/errors/failures.ts'
import { inertPages } from './broker/errors/inert.ts'
import { errorRows } from './broker/errors/rows.ts'
import { clientFaults } from './broker/errors/statuses.ts'
import { badUpstream } from './broker/sign-in/bad-upstream.ts'
import { adminConsent, askedAgain, consentPrompt, notInstalled } from './broker/sign-in/consent.ts'
import { directoryOnly, federatedUser } from './broker/sign-in/federated.ts'
import { invitedGuest } from './broker/sign-in/guests.ts'
import { anyHistory, appOnlyHistory, restartHistory, waitHistory } from './broker/history/history.ts'
import { registrationHistory } from './broker/history/registrations.ts'
import { interleavedSignIns } from './broker/sign-in/interference.ts'
import { issuers } from './broker/sign-in/issuer.ts'
import { malformedAnswer } from './broker/sign-in/malformed-answer.ts'
import { membersOnly } from './broker/sign-in/members.ts'
import { carriedAnswer } from './broker/sign-in/carried-answer.ts'
import { otherDirectory } from './broker/sign-in/other-directory.ts'
import { anyNodeSignsIn } from './broker/sign-in/nodes.ts'
import { expiredSignIn, foreignBrowser, otherProtocol, unknownSignIn } from './broker/sign-in/pending.ts'
import { rollsOver } from './broker/sign-in/rollover.ts'
import { malformedRequest, oddRealm, unknownRealm } from './broker/sign-in/refusals.ts'
import { answeredAtNode, answeredTwice, replayedToken } from './broker/sign-in/replay.ts'
import { oneMeaning, repeatedParameters } from './broker/sign-in/repeated.ts'
import { anyName, declaredMapping, sameUser } from './broker/sign-in/claims.ts'
import { contextUnchanged } from './broker/sign-in/context.ts'
import { configuresParty, metadataPublished, metadataVerifies, strongSignatures } from './broker/sign-in/metadata.ts'
import { otherSpelling } from './broker/sign-in/realm.ts'
import { registeredReply, unregisteredReply } from './broker/sign-in/reply.ts'
import { cleansUp, endsSession, staysRegistered } from './broker/sign-in/sign-out.ts'
import { ownUrls } from './broker/sign-in/shared-directory.ts'
import { singleSignOn } from './broker/sign-in/single-sign-on.ts'
import { namedInRequest, similarClaims, twoTenants } from './broker/sign-in/tenant-claims.ts'
import { registeredUpstream } from './broker/sign-in/upstream-reply.ts'
import { tampered, unfit } from './broker/sign-in/tampered.ts'
import { bothVersions, otherTypes } from './broker/sign-in/upstream-token-types.ts'
import { tlsOnly } from './broker/sign-in/tls.ts'
import { eightHours, oldSessionEightHours, oneAudience, ownToken, registeredVersion } from './broker/sign-in/token.ts'
import { instantsInUtc, oldSessionInUtc } from './broker/sign-in/utc.ts'
import { interleavedReplies, manyParties } from './broker/sign-in/visits.ts'
import { asksAsItself, buildsOidc, neverPrompts } from './broker/sign-in/upstream.ts'
import { audience } from './broker/token/audience.ts'
import { partyChecks } from './relying-party/index.ts'
import {
  nearClient as nearTokenClient,
  signInOnly as tokensOfSignInOnly,
  unknownClient as unknownTokenClient,
} from './broker/token/client.ts'
import { foreignEndpoint } from './broker/token/endpoint.ts'
import { relaysFailure } from './broker/token/failure.ts'
import { oneTokenForACode, onlyTheParty } from './broker/token/race.ts'
import { realmOfUser } from './broker/token/realm.ts'
import * as tokenRedirects from './broker/token/redirect.ts'
import { grant, handsOver } from './broker/token/redeems.ts'
import { rotates } from './broker/token/renewal.ts'
import { callersSecret, inAnswers, onlyAfterValidation } from './broker/token/secret.ts'
import { neverChooses } from './broker/token/state.ts'
import { onlyVersion2 as onlyVersion2OfTokens } from './broker/token/version.ts'
import { registration } from './broker/registration/index.ts'
import { encryptedAtRest } from './broker/storage/at-rest.ts'
import { codesUnkept, codesUnlogged, signInsUnkept, signInsUnlogged } from './broker/storage/kept.ts'
import { typedPasswords } from './broker/storage/passwords.ts'
import { clientsPersist, partiesPersist } from './broker/storage/restart.ts'
import { otherStores } from './invariants/other-stores.ts'
import { sameToken, unknownAppliesTo } from './broker/ws-trust/issue.ts'
import { badTokens, malformedRequests } from './broker/ws-trust/refusals.ts'
import { passwordsSeen } from './invariants/passwords.ts'
import { cacheChecks } from './token-cache/index.ts'
import { secretsInUrls } from './invariants/secrets-in-urls.ts'
import { secretsLogged, secretsTold } from './invariants/secrets-told.ts'

/** The documented authorize flow, in the order of the rulebook. */
const authorize: readonly Check[] = [
  startsCodeFlow,
  askedResource,
  noInjection,
  ownHost,
  stateUnchanged,
  codeOfUpstream,
  codeRedeems,
  interleaved,
  manyUris,
  unknownClient,
  nearClient,
  stranger,
  knownAttacks,
  nearMiss,
  exactMatch,
  anyForm,
  otherNames,
  clientFirst,
  signInOnly,
  otherClient,
  oneClient,
  otherRealm,
  codeOnly,
  onlyVersion2,
  relaysRefusal,
  unknownCallback,
  replayedCallback,
  replayedAtNode,
  oneAnswerForAState,
  otherBrowser,
  expiredCallback,
  anyNode,
]

/** The documented sign-in over WS-Federation, in the order of the rulebook. */
const signIn: readonly Check[] = [
  metadataPublished,
  configuresParty,
  metadataVerifies,
  metadataFailure,
  rollsOver,
  strongSignatures,
  asksAsItself,
  registeredUpstream,
  buildsOidc,
  ownToken,
  manyParties,
  registeredReply,
  interleavedReplies,
  contextUnchanged,
  registeredVersion,
  bothVersions,
  otherTypes,
  eightHours,
  oldSessionEightHours,
  oneAudience,
  sameUser,
  singleSignOn,
  anyName,
  declaredMapping,
  instantsInUtc,
  oldSessionInUtc,
  neverPrompts,
  directoryOnly,
  federatedUser,
  unknownRealm,
  oddRealm,
  otherSpelling,
  unregisteredReply,
  malformedRequest,
  notInstalled,
  consentPrompt,
  adminConsent,
  askedAgain,
  repeatedParameters,
  oneMeaning,
  ...badUpstream,
  ...issuers,
  tampered,
  unfit,
  malformedAnswer,
  replayedToken,
  answeredTwice,
  answeredAtNode,
  unknownSignIn,
  foreignBrowser,
  expiredSignIn,
  otherProtocol,
  anyNodeSignsIn,
  sameToken,
  unknownAppliesTo,
  badTokens,
  malformedRequests,
  tlsOnly,
  authorizeCookies,
  endsSession,
  cleansUp,
  staysRegistered,
  malformedSignOut,
  similarClaims,
  twoTenants,
  namedInRequest,
  membersOnly,
  otherDirectory,
  interleavedSignIns,
  anyHistory,
  appOnlyHistory,
  restartHistory,
  waitHistory,
  registrationHistory,
  carriedAnswer,
  ownUrls,
  invitedGuest,
]

/** The documented token endpoint, in the order of the rulebook. */
const token: readonly Check[] = [
  onlyVersion2OfTokens,
  grant,
  handsOver,
  unknownTokenClient,
  nearTokenClient,
  tokensOfSignInOnly,
  tokenRedirects.stranger,
  tokenRedirects.nearMiss,
  tokenRedirects.exactMatch,
  tokenRedirects.otherClient,
  tokenRedirects.twoClients,
  tokenRedirects.otherRealm,
  onlyAfterValidation,
  callersSecret,
  inAnswers,
  foreignEndpoint,
  neverChooses,
  realmOfUser,
  rotates,
  audience,
  relaysFailure,
  onlyTheParty,
  oneTokenForACode,
]

/** What is stored, in the order of the rulebook. */
const storage: readonly Check[] = [
  signInsUnkept,
  codesUnkept,
  signInsUnlogged,
  codesUnlogged,
  encryptedAtRest,
  typedPasswords,
  partiesPersist,
  clientsPersist,
]

/** The error table, in the order of the rulebook. */
const errors: readonly Check[] = [...errorRows, ...distinctRows, ...inertPages, ...clientFaults]

/** Every check of a broker, in the order of the rulebook. */
export const brokerChecks: readonly Check[] = [
  ...signIn,
  ...authorize,
  ...token,
  ...appOnly,
  ...registration,
  ...storage,
  ...errors,
]

/** Every check of every role, in the order of the rulebook. */
export const checks: readonly Check<JudgedRole>[] = [...brokerChecks, ...partyChecks, ...cacheChecks]

/** Every invariant. */
export const invariants: readonly Invariant[] = [secretsInUrls, otherStores, secretsTold, secretsLogged, passwordsSeen]
