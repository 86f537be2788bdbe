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

/** Every record of decisions of the reference broker, one for each of its sides. */
export type Records = {
  policies: Policies
  signIn: SignInPolicies
  token: TokenPolicies
  appOnly: AppOnlyPolicies
  store: StorePolicies
  registration: RegistrationPolicies
}

/** How a reference broker decides; a record that is absent is that of an honest one. */
export type Decisions = Partial<Records>

/** The decisions of an honest broker. */
export const honestRecords: Records = {
  policies: honest,
  signIn: honestSignIn,
  token: honestToken,
  appOnly: honestAppOnly,
  store: honestStore,
  registration: honestRegistration,
}
