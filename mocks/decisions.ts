import type { AppOnlyPolicies } from './broker/app-only-policies.ts'
import { honestAppOnly } from './broker/app-only-policies.ts'
import type { Policies } from './broker/policies.ts'
import { honest } from './broker/policies.ts'
import type { RegistrationPolicies } from './broker/registration-policies.ts'
import { honestRegistration } from './broker/registration-policies.ts'
import type { SignInPolicies } from './broker/sign-in-policies.ts'
import type { StorePolicies } from './broker/store-policies.ts'
import { honestStore } from './broker/store-policies.ts'
import { honestSignIn } from './broker/sign-in-policies.ts'
import type { TokenPolicies } from './broker/token-policies.ts'
import { honestToken } from './broker/token-policies.ts'
import type { PartyPolicies } from './relying-party/policies.ts'
import { honestParty } from './relying-party/policies.ts'
import type { HighTrustPolicies } from './token-cache/high-trust-policies.ts'
import { honestHighTrust } from './token-cache/high-trust-policies.ts'
import type { CachePolicies } from './token-cache/policies.ts'
import { honestCache } from './token-cache/policies.ts'

/** Every record of decisions of the reference targets: one for each side of the broker, and those of the relying party and the token cache. */
export type Records = {
  policies: Policies
  signIn: SignInPolicies
  token: TokenPolicies
  appOnly: AppOnlyPolicies
  store: StorePolicies
  registration: RegistrationPolicies
  party: PartyPolicies
  cache: CachePolicies
  highTrust: HighTrustPolicies
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
  cache: honestCache,
  highTrust: honestHighTrust,
}
