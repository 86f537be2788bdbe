import type { CacheCheck } from '../asking.ts'
import { current, fullIdentity, noOtherUser } from './claims.ts'
import { certificate, notTls, ownKey, privateKey, publicKey } from './key.ts'
import { noBroker } from './no-broker.ts'

/** Every check of high trust, in the order of the rulebook. */
export const highTrustChecks: readonly CacheCheck[] = [
  noBroker,
  certificate,
  publicKey,
  privateKey,
  notTls,
  ownKey,
  fullIdentity,
  noOtherUser,
  current,
]
