import type { Clock } from '../protocols/clock.ts'

/** Values that are forgotten after a while, or when there are too many; the oldest go first. */
export type Expiring<T> = {
  put(key: string, value: T): void
  look(key: string): T | undefined
  take(key: string): T | undefined
}

/** Keeps values for `lifetime` ms of the clock, at most `limit` of them. */
export const expiring = <T>(clock: Clock, lifetime: number, limit = 10_000): Expiring<T> => {
  const entries = new Map<string, { value: T; until: number }>()
  const look = (key: string) => {
    const entry = entries.get(key)
    return entry !== undefined && clock.now() < entry.until ? entry.value : undefined
  }

  return {
    look,
    put(key, value) {
      entries.delete(key)
      entries.set(key, { value, until: clock.now() + lifetime })
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    },
    take(key) {
      const value = look(key)
      entries.delete(key)
      return value
    },
  }
}
