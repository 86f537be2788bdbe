import type { RequestHandler } from 'msw'
import { HttpResponse, http } from 'msw'
import { authorize, login } from './authorize.ts'
import type { Entra } from './state.ts'

/**
 * The strict mock of Entra ID, as far as an authorization request goes: it checks tenant, client, reply URL, response type
 * and resource as the real one does, and its own page shows that a user arrived.
 */
export const entraHandlers = (entra: Entra): readonly RequestHandler[] => [
  authorize(entra),
  login(entra),
  http.get(`${entra.origin}/:tenant/discovery/keys`, () => HttpResponse.json({ keys: [entra.keys.publicJwk] })),
]
