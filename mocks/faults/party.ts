import { partyClaimFaults } from './party-claims.ts'
import { partyContentFaults } from './party-content.ts'
import type { PartyFaults } from './party-fault.ts'
import { partyLoopFaults } from './party-loop.ts'
import { partyMarkupFaults } from './party-markup.ts'
import { partySessionFaults } from './party-session.ts'
import { partyTokenFaults } from './party-token.ts'

/** The faults of a relying party. */
export const partyFaults = {
  ...partyLoopFaults,
  ...partyTokenFaults,
  ...partyMarkupFaults,
  ...partyContentFaults,
  ...partyClaimFaults,
  ...partySessionFaults,
} as const satisfies PartyFaults

export type PartyFaultId = keyof typeof partyFaults
