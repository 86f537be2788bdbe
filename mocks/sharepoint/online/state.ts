import type { Acs } from '../../sts/acs/state.ts'
import type { Grants, Sites } from '../state.ts'

/** What a universe may change about SharePoint Online; each has a default. */
type Switches = Grants & {
  /** Whether a site takes tokens of apps alone. Default: it does. */
  allowsAppOnly: boolean
}

/** SharePoint Online, as the sites of the tenants of a token service. */
export type SharePoint = Switches & Sites & { acs: Acs }

/** Opens SharePoint for the tenants of a token service. */
export const makeSharePoint = (acs: Acs, given: Partial<Switches> = {}): SharePoint => ({
  grants: new Map(),
  rights: new Map(),
  allowsAppOnly: true,
  ...given,
  acs,
  clock: acs.entra.clock,
  sites: new Map(),
  loginOf: ({ name }) => `i:0#.f|membership|${name.toLowerCase()}`,
})
