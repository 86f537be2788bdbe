import { cacheAppOnlyFaults } from './cache-app-only.ts'
import { cacheAudienceFaults } from './cache-audience.ts'
import { cacheDeniedFaults } from './cache-denied.ts'
import { cacheExpiryFaults } from './cache-expiry.ts'
import { cacheLateFaults } from './cache-late.ts'
import { cacheLifetimeFaults } from './cache-lifetimes.ts'
import { cacheInboundFaults } from './cache-inbound.ts'
import { cacheStepFaults } from './cache-steps.ts'
import { cacheTokenFaults } from './cache-tokens.ts'
import { cacheTrustFaults } from './cache-trust.ts'

/** The faults of the reference token cache. */
export const cacheFaults = {
  ...cacheTrustFaults,
  ...cacheTokenFaults,
  ...cacheStepFaults,
  ...cacheExpiryFaults,
  ...cacheLifetimeFaults,
  ...cacheLateFaults,
  ...cacheInboundFaults,
  ...cacheAppOnlyFaults,
  ...cacheDeniedFaults,
  ...cacheAudienceFaults,
} as const

export type CacheFaultId = keyof typeof cacheFaults
