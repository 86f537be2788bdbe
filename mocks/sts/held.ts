import type { Tenant } from '../../fixtures/world/shapes.ts'

/** Answers of a token service that are ready and held back until somebody lets them go. */
export type HeldAnswers = {
  /** Holds an answer to a realm; settles once it is let go. */
  hold(tenant: Tenant['id']): Promise<void>
  /** Settles once an answer to one of these realms is held. */
  arrives(tenants: readonly Tenant['id'][]): Promise<void>
  /** Lets go what is held of a realm. */
  release(tenant: Tenant['id']): void
}

/** Begins to hold answers back. */
export const makeHeldAnswers = (): HeldAnswers => {
  const held = new Map<Tenant['id'], (() => void)[]>()
  const watchers = new Set<() => void>()
  return {
    hold(tenant) {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.set(tenant, [...(held.get(tenant) ?? []), resolve])
      for (const look of watchers) look()
      return promise
    },
    arrives(tenants) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const look = () => {
        if (!tenants.some((tenant) => held.has(tenant))) return
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
      return promise
    },
    release(tenant) {
      const waiting = held.get(tenant) ?? []
      held.delete(tenant)
      for (const go of waiting) go()
    },
  }
}
