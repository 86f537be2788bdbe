import * as fc from 'fast-check'
import { Violation } from './blame.ts'

/** A property found false, with what brings the smallest value back. */
export type Found<T> = { violation: Violation; value: T; path: string }

/** How a property is run. `shrinks` bounds the attempts to make a counterexample smaller. */
export type Trial = { seed: number; runs: number; shrinks: number; path?: string }

/**
 * Holds a property against many values. While shrinking, only a violation with the signature of the first one counts as
 * failing, so that a smaller value never stands for another cause; `onSmaller` is called for each that counts. Anything else that is thrown before a violation ends
 * the trial and is thrown on.
 */
export const trial = async <T>(
  arbitrary: fc.Arbitrary<T>,
  { seed, runs, shrinks, path }: Trial,
  holds: (value: T) => Promise<void>,
  onSmaller: (violation: Violation) => void = () => undefined,
): Promise<Found<T> | undefined> => {
  let first: Violation | undefined
  let smallest: { violation: Violation; value: T } | undefined
  let stopped: { cause: unknown } | undefined
  let left = shrinks

  const property = fc.asyncProperty(
    new Bounded(arbitrary, () => !stopped && (first === undefined || left > 0)),
    async (value) => {
      if (first) left -= 1
      try {
        await holds(value)
      } catch (cause) {
        if (
          cause instanceof Violation &&
          (first === undefined || (first.kind === cause.kind && first.clause === cause.clause))
        ) {
          first ??= cause
          smallest = { violation: cause, value }
          onSmaller(cause)
          throw cause
        }
        if (first) return
        stopped = { cause }
        throw cause
      }
    },
  )

  const result = await fc.check(property, { seed, numRuns: runs, ...(path !== undefined && { path }) })
  if (stopped) throw stopped.cause
  return smallest && { ...smallest, path: result.counterexamplePath ?? '0' }
}

/**
 * An arbitrary that offers nothing smaller once the budget is spent. fast-check would go through every smaller value that
 * it can think of, and a long text has a hundred thousand of them. A class, since fast-check takes nothing else.
 */
class Bounded<T> extends fc.Arbitrary<T> {
  readonly #inner: fc.Arbitrary<T>
  readonly #mayShrink: () => boolean

  constructor(inner: fc.Arbitrary<T>, mayShrink: () => boolean) {
    super()
    this.#inner = inner
    this.#mayShrink = mayShrink
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<T> {
    return this.#inner.generate(random, biasFactor)
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#inner.canShrinkWithoutContext(value)
  }

  override shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    return this.#mayShrink() ? this.#inner.shrink(value, context).takeWhile(this.#mayShrink) : fc.Stream.nil()
  }
}
