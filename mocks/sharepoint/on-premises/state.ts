import type { Farm } from '../../../fixtures/world/farms.ts'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import type { Clock } from '../../../protocols/clock.ts'
import type { Expiring } from '../../expiring.ts'
import { expiring } from '../../expiring.ts'
import type { Grants, Sites } from '../state.ts'

/**
 * Who may sign tokens of high trust for a farm: by its id and certificate, as base64 of DER. A broker may act for every app of the
 * farm, whoever is none for the app of its own id alone.
 */
export type TrustedIssuer = { id: string; certificate: string; broker: boolean }

/** The identity provider of SAML tokens that the farms trust: how they call it, its issuer and certificate, and as whom they go there. */
export type TrustedProvider = { name: string; issuer: string; certificate: string; realm: string }

/** SharePoint on-premises: a farm for each tenant, all behind one address, each at `/{realm}`. Clocks may differ by `skew` seconds. */
export type OnPremises = Sites & {
  /** Without a trailing slash. */
  origin: string
  farms: readonly Farm[]
  users: readonly User[]
  /** By the realm of the farm. */
  trusted: Map<string, readonly TrustedIssuer[]>
  provider: TrustedProvider
  /** The farms' own key, by which they sign what they send to others. */
  keys: KeySet
  skew: number
  /** Who is signed in, by the value of a cookie, and until when, in ms. */
  sessions: Expiring<{ user: User; until: number }>
}

type Given = Partial<Grants> &
  Pick<OnPremises, 'origin' | 'farms' | 'users' | 'provider' | 'keys'> & { clock: Clock; skew?: number }

const longestSession = 10 * 3_600_000

/** Opens the farms, which trust nobody yet. */
export const makeOnPremises = (given: Given): OnPremises => ({
  grants: new Map(),
  rights: new Map(),
  skew: 300,
  ...given,
  trusted: new Map(),
  sites: new Map(),
  sessions: expiring(given.clock, longestSession),
  loginOf: ({ name }) => `i:05.t|${given.provider.name.toLowerCase()}|${name.toLowerCase()}`,
})

/** The farm of a realm. */
export const farmAt = ({ farms }: OnPremises, realm: unknown): Farm | undefined =>
  farms.find((farm) => farm.realm === realm)
