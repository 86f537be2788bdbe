import { single } from '../../../fixtures/world/slice.ts'
import type { Capability } from '../../../fixtures/clauses/clause.ts'
import type { Shape } from '../../../fixtures/world/shapes.ts'
import type { Check } from '../../../harness/judge/check.ts'

/** What a sign-in takes: the metadata, since a party trusts nothing else, and one of each thing unless told. */
export const needing = (more: Partial<Shape> = {}, ...capabilities: Capability[]): Check['needs'] => ({
  capabilities: ['speaks:metadata', ...capabilities],
  shape: { ...single, ...more },
  scope: 'slice',
})

/** Two tenants, one for each kind of upstream; two parties each, one for each version of SAML. */
export const eachKind = { tenants: 2, partiesPerTenant: 2 } as const
