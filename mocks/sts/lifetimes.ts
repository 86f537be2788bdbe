import type { Tenant } from '../../fixtures/world/shapes.ts'
import { toldTo } from '../idp/entra/directory.ts'
import type { Entra } from '../idp/entra/state.ts'

/** How long what a token service sells lives, in ms. `refresh` slides with every use, `refreshMaximum` does not. */
export type Lifetimes = { access: number; refresh: number; refreshMaximum: number }

const hour = 3_600_000
const day = 24 * hour

/** What the product's documents say: an hour, and 14 days that slide for at most 90. */
export const documented: Lifetimes = { access: hour, refresh: 14 * day, refreshMaximum: 90 * day }

/** The lifetimes that a tenant may be set to, by name. */
export const lifetimeProfiles = {
  documented,
  /** An invited account of Microsoft's own: twelve hours in all. */
  guest: { ...documented, refresh: 12 * hour, refreshMaximum: 12 * hour },
  /** The token of an administrator: 90 days, used or not. */
  admin: { ...documented, refresh: 90 * day },
  /** What SharePoint's own documents said in the time of its add-ins: twelve hours, and about six months. */
  'add-in': { access: 12 * hour, refresh: 180 * day, refreshMaximum: 180 * day },
} as const satisfies Record<string, Lifetimes>

/** How long things live in a tenant: as it was told, or else as usual. */
export const lifetimesFor = <Usual extends Lifetimes>(
  entra: Entra,
  { id }: Pick<Tenant, 'id'>,
  usual: Usual,
): Usual => {
  const [profile, seconds] = [toldTo(entra, id, 'sts.follows'), toldTo(entra, id, 'sts.access-lives')]
  const named = Object.entries(lifetimeProfiles).find(([name]) => name === profile)?.[1]
  return { ...usual, ...named, ...(seconds !== undefined && { access: Number(seconds) * 1000 }) }
}

const told = { expires_in: 'sts.says-expires-in', expires_on: 'sts.says-expires-on' } as const

/** A field of an answer: what the tenant was told, as JSON, in its place, or nothing where that is `absent`. */
export const saidTo = (
  entra: Entra,
  { id }: Tenant,
  name: keyof typeof told,
  honest: string | number,
): Record<string, unknown> => {
  const said = toldTo(entra, id, told[name])
  if (said === 'absent') return {}
  return { [name]: said === undefined ? honest : (JSON.parse(said) as unknown) }
}
