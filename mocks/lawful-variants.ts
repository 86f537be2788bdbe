import type { Policies } from './broker/policies.ts'
import { honest } from './broker/policies.ts'

/** A target that fills a gap of the sources differently, and is not wrong. `under` names the dialects that leave the gap. */
export type LawfulVariant = { does: string; under: readonly ('k2trust' | 'oauth2')[]; policies: Policies }

const shows = (status: number, behindRedirect = false): Policies => ({
  ...honest,
  show: () => ({ status, behindRedirect }),
})
const both = ['k2trust', 'oauth2'] as const

/** Every lawful variant of the reference broker. */
export const lawfulVariants = {
  'refuses-with-200': { does: 'shows the error page with status 200', under: both, policies: shows(200) },
  'refuses-behind-redirect': {
    does: 'redirects to its own error page, which has status 200',
    under: both,
    policies: shows(200, true),
  },
  'refuses-with-400': { does: 'shows the error page with status 400', under: both, policies: shows(400) },
  'refuses-with-403': { does: 'shows the error page with status 403', under: both, policies: shows(403) },
  'refuses-with-500': { does: 'shows the error page with status 500', under: both, policies: shows(500) },
  'validates-after-sign-in': {
    does: 'looks at redirect_uri once the user has signed in',
    under: ['oauth2'],
    policies: { ...honest, validatesFirst: () => false },
  },
  'words-its-own': {
    does: 'says error=invalid_request in its own words',
    under: ['oauth2'],
    policies: { ...honest, wording: () => 'error: invalid_request, the redirect URI is not one of yours' },
  },
} as const satisfies Record<string, LawfulVariant>

export type LawfulVariantId = keyof typeof lawfulVariants
