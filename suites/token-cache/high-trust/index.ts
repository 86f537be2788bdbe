import type { CacheCheck } from '../asking.ts'
import { current, fullIdentity, noOtherUser } from './claims.ts'
import { certificate, notTls, ownKey, privateKey, publicKey, stays } from './key.ts'
import { noBroker } from './no-broker.ts'
import { strangers } from './strangers.ts'

/** Every check of high trust, in the order of the rulebook. */
export const highTrustChecks: readonly CacheCheck[] = [
  noBroker,
  certificate,
  publicKey,
  privateKey,
  stays,
  notTls,
  ownKey,
  fullIdentity,
  noOtherUser,
  strangers,
  current,
]
