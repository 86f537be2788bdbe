import type { Check } from '../../../harness/judge/check.ts'
import { refusedForGood } from './afterwards.ts'
import { grantedToClient, namesNoUser } from './issues.ts'
import { otherAudience, otherIssuer } from './names.ts'
import { nobodysToken } from './needs-user-token.ts'
import { onlyTheBearer } from './race.ts'
import { nearRealm, realmPairs } from './same-realm.ts'
import { otherGrant, otherResource } from './sharepoint-only.ts'
import { alteredToken, foreignKeyToken, ownKeyToken, publicKeyToken, unsignedToken } from './signatures.ts'
import { earlyToken, expiredToken } from './times.ts'
import { appToken, idToken, refreshToken } from './user-not-app.ts'

/** What a broker is asked for app-only tokens, in the order of the rulebook. */
export const appOnly: readonly Check[] = [
  nobodysToken,
  refusedForGood,
  onlyTheBearer,
  expiredToken,
  earlyToken,
  alteredToken,
  foreignKeyToken,
  unsignedToken,
  publicKeyToken,
  ownKeyToken,
  otherIssuer,
  otherAudience,
  realmPairs,
  nearRealm,
  appToken,
  idToken,
  refreshToken,
  otherResource,
  otherGrant,
  grantedToClient,
  namesNoUser,
]
