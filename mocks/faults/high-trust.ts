import { highTrustIdentityFaults } from './high-trust-identity.ts'
import { highTrustKeyFaults } from './high-trust-keys.ts'
import { highTrustTokenFaults } from './high-trust-tokens.ts'

/** The faults of the reference token cache in high trust. */
export const highTrustFaults = { ...highTrustKeyFaults, ...highTrustTokenFaults, ...highTrustIdentityFaults } as const

export type HighTrustFaultId = keyof typeof highTrustFaults
