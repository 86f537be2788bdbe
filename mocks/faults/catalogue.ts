import type { Policies } from '../broker/policies.ts'
import { honest } from '../broker/policies.ts'
import type { SignInPolicies } from '../broker/sign-in-policies.ts'
import { answerFaults } from './answer.ts'
import { flowFaults } from './authorize-flow.ts'
import { oauthPageFaults } from './error-pages.ts'
import type { Fault } from './fault.ts'
import { redirectFaults } from './redirect-matching.ts'
import type { SignInFaultId } from './sign-in.ts'
import { faultySignIn, signInFaults } from './sign-in.ts'

/** The faults of the authorize flow. */
export const oauthFaults = { ...redirectFaults, ...flowFaults, ...answerFaults, ...oauthPageFaults } as const

/** Every fault of the reference targets, in one flat catalogue. */
export const faults = { ...oauthFaults, ...signInFaults } as const

export type FaultId = keyof typeof faults

const isSignInFault = (id: FaultId): id is SignInFaultId => id in signInFaults

/** How a reference broker decides that differs from an honest one. */
export type Decisions = { policies?: Policies; signIn?: SignInPolicies }

/** The decisions of the reference broker with one fault. */
export const faulty = (id: FaultId): Decisions => {
  if (isSignInFault(id)) return { signIn: faultySignIn(id) }
  const { policy, instead }: Fault = oauthFaults[id]
  return { policies: { ...honest, [policy]: instead } }
}
