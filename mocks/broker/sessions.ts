import type { Clock } from '../../protocols/clock.ts'
import { expiring } from '../expiring.ts'
import type { Proved } from './claims.ts'

/** What a broker remembers of a user who has signed in with one browser to one tenant. */
export type Session = {
  tenant: string
  proved: Proved
  /** When it began, by the clock, in ms. */
  begun: number
  /** When the user proved who they are; the beginning, where upstream did not tell. */
  authenticated: number
  /** Realms of the parties that were given a token in it. */
  parties: Set<string>
}

/** The sessions of a broker by their ids, which live in cookies. */
export type Sessions = {
  put(id: string, session: Session): void
  find(ids: readonly string[]): Session[]
  end(id: string): void
}

const week = 7 * 86_400_000

/** No session. How long one serves is decided by the policies; after a week it is forgotten. */
export const noSessions = (clock: Clock): Sessions => {
  const kept = expiring<Session>(clock, week)
  return {
    put: kept.put,
    find: (ids) => ids.map(kept.look).filter((session) => session !== undefined),
    end: (id) => void kept.take(id),
  }
}
