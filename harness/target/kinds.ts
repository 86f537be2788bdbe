import type { Kinds } from '../../fixtures/world/shapes.ts'
import { everyKind } from '../../fixtures/world/slice.ts'
import type { Target } from './target.ts'

/**
 * The kinds of tenants and parties that a target can serve: it is judged on what it has. One that declares no upstream has
 * tenants of every kind, since it asks for neither.
 */
export const kindsOf = ({ capabilities, profile }: Pick<Target<'broker'>, 'capabilities' | 'profile'>): Kinds => {
  const declared = everyKind.upstreams.filter((upstream) =>
    capabilities.includes(upstream === 'oidc' ? 'oidc' : 'wsfed-upstream'),
  )
  return {
    ...everyKind,
    upstreams: declared.length > 0 ? declared : everyKind.upstreams,
    tokenVersions: profile.tokenVersions,
  }
}
