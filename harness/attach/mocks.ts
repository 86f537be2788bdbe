import type { MockActor } from '../record/exchange.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { Served } from '../wire/serve.ts'
import { serve } from '../wire/serve.ts'
import type { Ground, Place } from './site.ts'
import { mocksOf } from './site.ts'

/** The mocks of a place, each by its origin. */
export const wiresByOrigin = (ground: Ground, place: Place): Record<string, Wire> => {
  const wires = ground.mocks(place)
  return Object.fromEntries(
    mocksOf(ground.hosts).flatMap((actor): [string, Wire][] => {
      const [origin, wire] = [place.mocks[actor], wires[actor]]
      return origin === undefined || wire === undefined ? [] : [[origin, wire]]
    }),
  )
}

/** Serves the mocks, each on a port of this machine; they answer once `open` has told them of the place. */
export const serveMocks = async (
  ground: Ground,
  identity: Parameters<typeof serve>[1],
): Promise<{ served: Served[]; at: Place['mocks']; open(place: Place): void }> => {
  const late: { mocks?: Partial<Record<MockActor, Wire>> } = {}
  const actors = mocksOf(ground.hosts)
  const served = await Promise.all(
    actors.map((actor) =>
      serve(async (request, signal) => {
        const wire = late.mocks?.[actor]
        if (wire === undefined) throw new Error('not open yet')
        return wire(request, signal)
      }, identity),
    ),
  )
  return {
    served,
    at: Object.fromEntries(actors.map((actor, index) => [actor, `https://localhost:${served[index]?.port}`])),
    open: (place) => void (late.mocks = ground.mocks(place)),
  }
}
