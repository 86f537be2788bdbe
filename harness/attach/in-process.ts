import type { Wire } from '../../protocols/wire.ts'
import type { InProcess, Running } from '../target/target.ts'
import { httpsWire, nodeWires } from '../wire/https.ts'
import { route } from '../wire/route.ts'
import { serve } from '../wire/serve.ts'
import { serveMocks, wiresByOrigin } from './mocks.ts'
import { openTarget } from './open.ts'
import type { Ground, Place, Site } from './site.ts'

/** Opens a target within this process and reaches it directly, without sockets. */
export const attachDirect = async (attach: InProcess<never>, ground: Ground): Promise<Site> => {
  const { target: name, ...names } = ground.hosts
  const mocks = Object.fromEntries(Object.entries(names).map(([actor, host]) => [actor, `https://${host}`]))
  const at: Place = { target: `https://${name}`, mocks }
  const around = wiresByOrigin(ground, at)
  const io = { wire: route(around), clock: ground.clock, origin: at.target }
  const running = await openTarget(attach, ground.provision(at), io, ground.target.profile.checkMs)

  return {
    at,
    wire: route({ ...around, [at.target]: running.wire }),
    nodes: (running.nodes ?? []).map((node) => route({ ...around, [at.target]: node })),
    ...controlOf(running),
    close: async () => running.close?.(),
  }
}

/** Opens a target within this process and reaches it over loopback HTTPS, as a stranger would be. */
export const attachServed = async (attach: InProcess<never>, ground: Ground): Promise<Site> => {
  const { ca } = ground.world
  const identity = await ca.issue(['localhost', '127.0.0.1'])
  const { served, at: mocks, open } = await serveMocks(ground, identity)
  const late: { target?: Wire } = {}
  const target = await serve(async (request, signal) => {
    if (late.target === undefined) throw new Error('not open yet')
    return late.target(request, signal)
  }, identity)
  const at: Place = { target: `https://127.0.0.1:${target.port}`, mocks }
  open(at)
  const wire = httpsWire({ ca: [ca.certificate] })
  const io = { wire, clock: ground.clock, origin: at.target }
  const leave = () => Promise.all([wire, target, ...served].map((one) => one.close()))
  const running = await openTarget(attach, ground.provision(at), io, ground.target.profile.checkMs).catch(
    async (cause: unknown) => {
      await leave()
      throw cause
    },
  )
  late.target = running.wire
  const doors = await Promise.all((running.nodes ?? []).map((node) => serve(node, identity)))
  const doorPorts = doors.map(({ port }) => port)
  const nodes = nodeWires(at.target, [ca.certificate], doorPorts)

  return {
    at,
    wire,
    nodes,
    ...controlOf(running),
    async close() {
      await running.close?.()
      await Promise.all([leave(), ...[...nodes, ...doors].map((one) => one.close())])
    },
  }
}

/** What moves the target from within. */
const controlOf = ({
  clock,
  rotateKey,
  refreshMetadata,
  registration,
  webCertificate,
  storage,
  storageRaw,
  logs,
  restart,
}: Running) => ({
  ...(clock && { clock }),
  ...(rotateKey && { rotateKey }),
  ...(refreshMetadata && { refreshMetadata }),
  ...(registration && { registration }),
  ...(webCertificate && { webCertificate }),
  inside: {
    ...(storage && { storage }),
    ...(storageRaw && { storageRaw }),
    ...(logs && { logs }),
    ...(restart && { restart }),
  },
})
