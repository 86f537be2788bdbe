import type { World } from '../fixtures/world/world.ts'
import { provisionOf } from '../fixtures/world/provision.ts'
import { attachDirect, attachServed } from '../harness/attach/in-process.ts'
import type { Ground, Place, Site, Transport } from '../harness/attach/site.ts'
import { makeUniverseClock } from '../harness/clock/universe-clock.ts'
import type { Endpoints } from '../harness/dialects/dialect.ts'
import { resolveDialect } from '../harness/dialects/resolve.ts'
import { readTarget } from '../harness/target/load.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import type { Entra } from '../mocks/idp/entra/state.ts'
import { makeEntra } from '../mocks/idp/entra/state.ts'
import { entraHandlers } from '../mocks/idp/entra/handlers.ts'
import { wireOf } from '../mocks/wire.ts'
import { referenceBroker } from '../targets/reference/target.ts'

/** The reference broker and the mock identity provider, in place as in a universe, and nothing else of the harness. */
export const openBareSite = async (
  world: World,
  transport: Transport,
  onEntra: (entra: Entra) => void = () => undefined,
): Promise<Site & { endpoints: Endpoints }> => {
  const target = readTarget(referenceBroker(), 'bench')
  const clock = makeUniverseClock()
  const slices = Object.values(world.slices)
  const { paths } = resolveDialect(target.dialect)
  const endpointsAt = ({ target: origin, mocks }: Place): Endpoints => ({ target: origin, idp: mocks.idp ?? '', paths })
  const ground: Ground = {
    target,
    hosts: { target: 'broker.test', idp: 'login.test' },
    world,
    clock,
    transport,
    launcher: undefined,
    provision: (place) => provisionOf(world, endpointsAt(place)),
    mocks(place) {
      const at = endpointsAt(place)
      const entra = makeEntra({
        origin: at.idp,
        clock,
        keys: world.issuers.entra,
        replyUrl: at.target + at.paths.callback,
        application: provisionOf(world, at).application,
        tenants: slices.flatMap(({ tenants }) => tenants),
        clients: slices.flatMap(({ clients }) => clients),
        users: slices.flatMap(({ users }) => users),
      })
      onEntra(entra)
      return { idp: wireOf(entraHandlers(entra)) }
    },
  }
  const attach = { open: (...given: Parameters<typeof makeBroker>) => ({ wire: makeBroker(...given) }) }
  const site = await (transport === 'direct' ? attachDirect(attach, ground) : attachServed(attach, ground))
  return { ...site, endpoints: endpointsAt(site.at) }
}
