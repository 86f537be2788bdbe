import type { KeySet } from '../../../fixtures/world/keys.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import type { Clock } from '../../../protocols/clock.ts'
import type { Expiring } from '../../expiring.ts'
import { expiring } from '../../expiring.ts'

/** A relying party trust. */
export type Trusting = {
  realm: string
  /** Where its tokens are posted to. */
  reply: string
  /** By what its tokens name the subject. */
  subject: 'upn' | 'immutable-id'
}

/** An AD FS farm. Sessions last eight hours, tokens one. */
export type Adfs = {
  /** Without a trailing slash. */
  origin: string
  clock: Clock
  keys: KeySet
  users: readonly User[]
  parties: readonly Trusting[]
  sessions: Expiring<{ user: User; since: number }>
}

const hour = 3_600_000

/** How long tokens live, in ms. */
export const tokenLifetime = hour

/** Opens a farm. */
export const makeAdfs = (given: Omit<Adfs, 'sessions'>): Adfs => ({
  ...given,
  sessions: expiring(given.clock, 8 * hour),
})

/** Its name as an issuer, which says `http` whatever it is served by. */
export const issuerOf = ({ origin }: Pick<Adfs, 'origin'>): string =>
  `http://${new URL(origin).host}/adfs/services/trust`

/** Where browsers go, and where clients bring name and password. */
export const endpointsOf = ({ origin }: Pick<Adfs, 'origin'>) => ({
  passive: `${origin}/adfs/ls/`,
  userNameMixed: `${origin}/adfs/services/trust/13/usernamemixed`,
})

/** Who this is, if name and password are right. */
export const userOf = ({ users }: Adfs, name: string, password: string): User | undefined =>
  users.find((user) => user.name === name && user.password === password)
