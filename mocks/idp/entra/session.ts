import { randomUUID } from 'node:crypto'
import type { User } from '../../../fixtures/world/shapes.ts'
import type { Entra } from './state.ts'

/** The cookie of the single sign-on session. */
export const sessionCookie = 'ESTSAUTH'

const attributes = 'Path=/; Secure; HttpOnly; SameSite=None'

/** Begins a session for a user, and adds its cookie to an answer. */
export const beginSession = (entra: Entra, user: User, response: Response): Response => {
  const value = randomUUID()
  entra.sessions.put(value, { user, since: entra.clock.now() })
  response.headers.append('set-cookie', `${sessionCookie}=${value}; ${attributes}`)
  return response
}

/** Ends a session, and has the browser forget its cookie. */
export const endSession = (entra: Entra, value: string | undefined, response: Response): Response => {
  if (value !== undefined) entra.sessions.take(value)
  response.headers.append('set-cookie', `${sessionCookie}=; ${attributes}; Max-Age=0`)
  return response
}
