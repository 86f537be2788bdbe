import type { Decisions, Records } from '../decisions.ts'
import { honestRecords } from '../decisions.ts'
import { answerFaults } from './answer.ts'
import { appOnlyFaults } from './app-only.ts'
import { cacheFaults } from './cache.ts'
import { flowFaults } from './authorize-flow.ts'
import { oauthPageFaults } from './error-pages.ts'
import { highTrustFaults } from './high-trust.ts'
import { partyFaults } from './party.ts'
import { redirectFaults } from './redirect-matching.ts'
import { registrationFaults } from './registration.ts'
import { signInFaults } from './sign-in.ts'
import { tokenGrantFaults } from './token-grant.ts'
import { tokenRequestFaults } from './token-request.ts'
import { storeFaults } from './store.ts'

/** The faults of the authorize flow. */
export const oauthFaults = { ...redirectFaults, ...flowFaults, ...answerFaults, ...oauthPageFaults } as const

/** The faults of the token endpoint. */
export const tokenFaults = { ...tokenRequestFaults, ...tokenGrantFaults } as const

/** Every fault of the reference targets, in one flat catalogue. */
export const faults = {
  ...oauthFaults,
  ...tokenFaults,
  ...signInFaults,
  ...appOnlyFaults,
  ...storeFaults,
  ...registrationFaults,
  ...partyFaults,
  ...cacheFaults,
  ...highTrustFaults,
} as const

export type FaultId = keyof typeof faults

/** The sides of the reference broker, and the other reference targets: each decides by a record of its own, and has faults of its own. */
const sides = {
  oauth: { record: 'policies', faults: oauthFaults },
  token: { record: 'token', faults: tokenFaults },
  'sign-in': { record: 'signIn', faults: signInFaults },
  'app-only': { record: 'appOnly', faults: appOnlyFaults },
  store: { record: 'store', faults: storeFaults },
  registration: { record: 'registration', faults: registrationFaults },
  party: { record: 'party', faults: partyFaults },
  cache: { record: 'cache', faults: cacheFaults },
  'high-trust': { record: 'highTrust', faults: highTrustFaults },
} as const satisfies Record<string, { record: keyof Records; faults: object }>

export type Side = keyof typeof sides
export const sideNames = Object.keys(sides) as Side[]

/** The side whose decisions a fault is among; it cannot show on another. */
export const sideOf = (id: FaultId): Side => {
  const side = sideNames.find((name) => id in sides[name].faults)
  if (side === undefined) throw new TypeError(`${id} is a fault of no side`)
  return side
}

/** The decisions of the reference targets with one fault. */
export const faulty = (id: FaultId): Decisions => {
  const { record } = sides[sideOf(id)]
  const { policy, instead } = faults[id]
  return { [record]: { ...honestRecords[record], [policy]: instead } }
}

/** The record of a side, as it is named in {@link Decisions}. */
export const recordOf = (side: Side): keyof Records => sides[side].record
