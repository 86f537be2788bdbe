import { freePorts } from '../launch/child.ts'
import { launchThrough } from '../launch/launcher.ts'
import type { Launched } from '../target/target.ts'
import { httpsWire, nodeWires } from '../wire/https.ts'
import type { Wire } from '../../protocols/wire.ts'
import { plainWire } from '../wire/plain.ts'
import { serve } from '../wire/serve.ts'
import type { Ground, Site } from './site.ts'

/** Has the main process start a target, provisioned by a file, and reaches it over loopback HTTPS. */
export const attachLaunched = async (launch: Launched, ground: Ground): Promise<Site> => {
  if (ground.launcher === undefined) throw new TypeError('a target that is launched needs a launcher')
  const { ca } = ground.world
  const hosts = (launch.also ?? []).map((one) => new URL(one.replace(/:[^:]*$/, '')).hostname)
  const identity = await ca.issue([...new Set(['localhost', '127.0.0.1', ...hosts])])
  const late: { idp?: Wire } = {}
  const idp = await serve(async (request, signal) => {
    if (late.idp === undefined) throw new Error('not open yet')
    return late.idp(request, signal)
  }, identity)
  const count = Number(ground.target.control?.nodes ?? 1)
  const [port2, ...ports] = await freePorts(count + 1)
  const [port = 0] = ports
  const { paths } = ground.dialect
  const also = (launch.also ?? []).map((one) => one.replace('{port}', `${port}`).replace('{port2}', `${port2}`))
  const at = { target: `https://127.0.0.1:${port}`, also, idp: `https://localhost:${idp.port}`, paths }
  late.idp = ground.idp(at)
  const wire = httpsWire({ ca: [ca.certificate] })
  const nodes = count === 1 ? [] : nodeWires(at.target, [ca.certificate], ports)
  const plain = plainWire()
  const leave = () => Promise.all([wire, plain, ...nodes, idp].map((open) => open.close()))

  try {
    const { stop, restart, output, words } = await launchThrough(ground.launcher, {
      launch,
      directory: ground.target.directory,
      ports,
      ...(port2 !== undefined && { port2 }),
      files: {
        provision: JSON.stringify(ground.provision(at), null, 2),
        ...identity,
        ca: ca.certificate,
      },
    })
    return {
      at,
      wire,
      plain,
      nodes,
      inside: { restart, logs: output, words, folder: words['scratch'] ?? '' },
      async close() {
        await stop()
        await leave()
      },
    }
  } catch (cause) {
    await leave()
    throw cause
  }
}
