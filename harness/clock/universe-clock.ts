import type { Clock } from '../../protocols/clock.ts'

/** Moves a target's clock to an instant in ms. Rejects when the target does not follow. */
export type ClockDriver = (now: number) => Promise<void>

/** The one clock of a universe, and the drivers that take the target along. */
export type UniverseClock = Clock & {
  /** Moves by `ms`, forwards or backwards, the target included. */
  advance(ms: number): Promise<void>
  /** Back to real time. */
  reset(): Promise<void>
}

/** Makes a clock that runs with real time plus what it was moved by. */
export const makeUniverseClock = (drive?: ClockDriver): UniverseClock => {
  let offset = 0
  const now = () => Date.now() + offset
  const move = async (to: number) => {
    offset = to
    await drive?.(now())
  }
  return { now, advance: (ms) => move(offset + ms), reset: () => move(0) }
}
