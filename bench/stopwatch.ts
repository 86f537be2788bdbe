import type { Wire } from '../protocols/wire.ts'

/**
 * Measures how long requests are inside of a wire, in ms. Time during which several are inside counts once; `overlaps` says
 * how often that was so, because then others may have been at work in that time.
 */
export type Stopwatch = { over(wire: Wire): Wire; ms(): number; overlaps(): number }

/** Makes a stopwatch that stands at nothing. */
export const makeStopwatch = (): Stopwatch => {
  let [inside, began, total, overlaps] = [0, 0, 0, 0]
  return {
    over: (wire) => async (request, signal) => {
      if (inside === 0) began = performance.now()
      else overlaps += 1
      inside += 1
      try {
        return await wire(request, signal)
      } finally {
        inside -= 1
        if (inside === 0) total += performance.now() - began
      }
    },
    ms: () => total,
    overlaps: () => overlaps,
  }
}
