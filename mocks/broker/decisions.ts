import type { AppOnlyPolicies } from './app-only-policies.ts'
import { honestAppOnly } from './app-only-policies.ts'
import type { Policies } from './policies.ts'
import { honest } from './policies.ts'
import type { RegistrationPolicies } from './registration-policies.ts'
import { honestRegistration } from './registration-policies.ts'
import type { SignInPolicies } from './sign-in-policies.ts'
import type { StorePolicies } from './store-policies.ts'
import { honestStore } from './store-policies.ts'
import { honestSignIn } from './sign-in-policies.ts'
import type { TokenPolicies } from './token-policies.ts'
import { honestToken } from './token-policies.ts'
import type { PartyPolicies } from '../relying-party/policies.ts'
import { honestParty } from '../relying-party/policies.ts'

/** Every record of decisions of the reference targets: one for each side of the broker, and that of the relying party. */
export type Records = {
  policies: Policies
  signIn: SignInPolicies
  token: TokenPolicies
  appOnly: AppOnlyPolicies
  store: StorePolicies
  registration: RegistrationPolicies
  party: PartyPolicies
}

/** How the reference targets decide; a record that is absent is that of an honest one. */
export type Decisions = Partial<Records>

/** The decisions of honest targets. */
export const honestRecords: Records = {
  policies: honest,
  signIn: honestSignIn,
  token: honestToken,
  appOnly: honestAppOnly,
  store: honestStore,
  registration: honestRegistration,
  party: honestParty,
}
