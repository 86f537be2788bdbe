import { servesAfterTrust } from './after-trust.ts'
import { appColumns, appOnlyContinues } from './app-only.ts'
import { audienceOptional } from './audience.ts'
import type { CacheCheck } from './asking.ts'
import { grantIsCeiling } from './ceiling.ts'
import { takenOnce, verifiedFirst } from './callbacks.ts'
import { commonConsent } from './consent.ts'
import { renewsSilently, throughBroker } from './expired-token.ts'
import { readsMoveNothing, restartsMoveNothing } from './expiry.ts'
import { dueCallInOrder, firstCallInOrder, storedFirst } from './flows.ts'
import { highTrustChecks } from './high-trust/index.ts'
import { keepsNoCallersToken, verifiesCallers } from './inbound.ts'
import { anyHistory } from './history.ts'
import { lateAnswers } from './late-answers.ts'
import { perRealm, singleFlight, survivesRestart } from './isolation.ts'
import { windows } from './lifetimes.ts'
import { endsWithoutRefresh, keepsStaying, mayFail, passwordChange, rotates } from './renewal-ends.ts'
import { nearNamed } from './near-names.ts'
import { promptsWithoutToken } from './no-token.ts'
import { endsUntold, oddLifetimes } from './odd-lifetimes.ts'
import { chosenLifetimes, toTheSecond } from './refresh-window.ts'
import { servicePrompt, unsolicited } from './trust-dialog.ts'
import { usesValidToken } from './valid-token.ts'

/** Every check of a token cache, in the order of the rulebook. */
export const cacheChecks: readonly CacheCheck[] = [
  promptsWithoutToken,
  servesAfterTrust,
  firstCallInOrder,
  unsolicited,
  verifiedFirst,
  takenOnce,
  usesValidToken,
  renewsSilently,
  dueCallInOrder,
  storedFirst,
  throughBroker,
  servicePrompt,
  verifiesCallers,
  keepsNoCallersToken,
  chosenLifetimes,
  toTheSecond,
  oddLifetimes,
  endsUntold,
  readsMoveNothing,
  restartsMoveNothing,
  ...windows,
  mayFail,
  lateAnswers,
  passwordChange,
  rotates,
  keepsStaying,
  endsWithoutRefresh,
  appOnlyContinues,
  nearNamed,
  perRealm,
  audienceOptional,
  singleFlight,
  survivesRestart,
  grantIsCeiling,
  appColumns,
  commonConsent,
  anyHistory,
  ...highTrustChecks,
]
