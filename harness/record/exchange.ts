import type { CheckId } from '../../fixtures/world/shapes.ts'
import type { WireRequest, WireResponse } from '../../protocols/wire.ts'

/** The sides from which a target is reached. */
export type Plane = 'party' | MockActor | 'api' | 'control'

/** Who speaks to whom. */
export type Actor = 'browser' | 'client' | 'target' | MockActor | 'harness'

/** Whom a mock plays. */
export const mockActors = ['idp', 'broker', 'farm'] as const
export type MockActor = (typeof mockActors)[number]

/** One request and what came of it, as it went over the wire. */
export type Exchange = {
  n: number
  /** The check that provoked it, as far as can be told. */
  check: CheckId | null
  phase: 'control' | 'run' | 'late'
  case?: number
  plane: Plane
  from: Actor
  to: Actor
  /** Milliseconds on the clock of the universe. */
  at: number
  request: WireRequest
  response?: WireResponse
  /** Why there is no response. */
  broke?: string
}

/** An exchange as a report shows it: text, shortened, without secrets. */
export type Evidence = Omit<Exchange, 'request' | 'response'> & {
  request: { method: string; url: string; headers: [string, string][]; body?: string }
  response?: { status: number; headers: [string, string][]; body: string }
}
