import type { Wire } from '../../protocols/wire.ts'
import type { InProcess, Running } from '../target/target.ts'
import { httpsWire, nodeWires } from '../wire/https.ts'
import { route } from '../wire/route.ts'
import { serve } from '../wire/serve.ts'
import { openTarget } from './open.ts'
import type { Ground, Site } from './site.ts'

/** Opens a target within this process and reaches it directly, without sockets. */
export const attachDirect = async (attach: InProcess, ground: Ground): Promise<Site> => {
  const { paths } = ground.dialect
  const at = { target: 'https://broker.test', idp: 'https://login.test', paths }
  const idp = ground.idp(at)
  const io = { wire: route({ [at.idp]: idp }), clock: ground.clock, origin: at.target }
  const running = await openTarget(attach, ground.provision(at), io, ground.target.profile.checkMs)

  return {
    at,
    wire: route({ [at.target]: running.wire, [at.idp]: idp }),
    nodes: (running.nodes ?? []).map((node) => route({ [at.target]: node, [at.idp]: idp })),
    ...controlOf(running),
    close: async () => running.close?.(),
  }
}

/** Opens a target within this process and reaches it over loopback HTTPS, as a stranger would be. */
export const attachServed = async (attach: InProcess, ground: Ground): Promise<Site> => {
  const { ca } = ground.world
  const identity = await ca.issue(['localhost', '127.0.0.1'])
  const late: { idp?: Wire; target?: Wire } = {}
  const ask =
    (whom: keyof typeof late): Wire =>
    async (request, signal) => {
      const wire = late[whom]
      if (wire === undefined) throw new Error('not open yet')
      return wire(request, signal)
    }
  const [idp, target] = await Promise.all([serve(ask('idp'), identity), serve(ask('target'), identity)])
  const { paths } = ground.dialect
  const at = { target: `https://127.0.0.1:${target.port}`, idp: `https://localhost:${idp.port}`, paths }
  late.idp = ground.idp(at)
  const wire = httpsWire({ ca: [ca.certificate] })
  const io = { wire, clock: ground.clock, origin: at.target }
  const leave = () => Promise.all([wire.close(), idp.close(), target.close()])
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
      await Promise.all([leave(), ...[...nodes, ...doors].map((open) => open.close())])
    },
  }
}

/** What moves the target from within. */
const controlOf = ({ clock, rotateKey, storage, storageRaw, logs, restart }: Running) => ({
  ...(clock && { clock }),
  ...(rotateKey && { rotateKey }),
  inside: {
    ...(storage && { storage }),
    ...(storageRaw && { storageRaw }),
    ...(logs && { logs }),
    ...(restart && { restart }),
  },
})
