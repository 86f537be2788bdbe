import type { SignInPolicies } from '../broker/sign-in-policies.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import { signInPageFaults } from './error-pages.ts'
import { signInAnswerFaults } from './sign-in-answer.ts'
import { signInConsentFaults } from './sign-in-consent.ts'
import type { SignInFault } from './sign-in-fault.ts'
import { signInPeopleFaults } from './sign-in-people.ts'
import { signInPendingFaults } from './sign-in-pending.ts'
import { signInRequestFaults } from './sign-in-request.ts'
import { signInStoreFaults } from './sign-in-stores.ts'
import { signInTimeFaults } from './sign-in-time.ts'
import { signInTwofoldFaults } from './sign-in-twofold.ts'
import { signInTokenFaults } from './sign-in-token.ts'
import { signOutFaults } from './sign-out.ts'
import { upstreamTokenFaults } from './upstream-token.ts'
import { wsTrustFaults } from './ws-trust.ts'

/** Every fault of the reference broker's WS-Federation side. */
export const signInFaults = {
  ...signInRequestFaults,
  ...signInTwofoldFaults,
  ...signInPendingFaults,
  ...signInAnswerFaults,
  ...upstreamTokenFaults,
  ...signInTokenFaults,
  ...signInPeopleFaults,
  ...signInStoreFaults,
  ...signInConsentFaults,
  ...signInTimeFaults,
  ...signOutFaults,
  ...signInPageFaults,
  ...wsTrustFaults,
} as const

export type SignInFaultId = keyof typeof signInFaults

/** The policies of the WS-Federation side with one fault. */
export const faultySignIn = (id: SignInFaultId): SignInPolicies => {
  const { policy, instead }: SignInFault = signInFaults[id]
  return { ...honestSignIn, [policy]: instead }
}
