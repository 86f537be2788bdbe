import type { Check } from '../../harness/judge/check.ts'
import { everyClaim, openRedirect, pageAskedFor, rightUser } from './accepts-valid.ts'
import { anyStart, anyWindow, otherRealm, replayedResult, unsignedAudience } from './content.ts'
import { alteredCookie, attributes, mixedCookies, otherPartysCookies } from './cookie-safety.ts'
import { justExpired } from './just-expired.ts'
import { partyRejects } from './rejections.ts'
import { newCertificate, oldCertificate } from './rollover.ts'
import { asLongAsToken, eightHours, neverSlides, oldCookie, renewsByLoop } from './session.ts'
import { cleanUpEnds, cleanUpTwice, signOutEnds } from './sign-out.ts'
import { anonymousPage, anyVisit, asksBroker } from './starts-loop.ts'
import { bothTokenVersions, everyForm, otherTokens } from './token-types.ts'

/** Every check of a relying party, in the order of the rulebook. */
export const partyChecks: readonly Check<'relying-party'>[] = [
  asksBroker,
  anyVisit,
  anonymousPage,
  rightUser,
  pageAskedFor,
  everyClaim,
  openRedirect,
  bothTokenVersions,
  everyForm,
  otherTokens,
  eightHours,
  asLongAsToken,
  neverSlides,
  renewsByLoop,
  oldCookie,
  justExpired,
  signOutEnds,
  cleanUpEnds,
  cleanUpTwice,
  attributes,
  alteredCookie,
  mixedCookies,
  otherPartysCookies,
  newCertificate,
  oldCertificate,
  ...partyRejects,
  anyWindow,
  anyStart,
  unsignedAudience,
  otherRealm,
  replayedResult,
]
