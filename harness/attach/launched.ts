import { freePorts } from '../launch/child.ts'
import { launchThrough } from '../launch/launcher.ts'
import type { Launched } from '../target/target.ts'
import { httpsWire, nodeWires } from '../wire/https.ts'
import { plainWire } from '../wire/plain.ts'
import { presentedAt } from '../wire/presented.ts'
import { serveMocks } from './mocks.ts'
import type { Ground, Site } from './site.ts'

/** Has the main process start a target, provisioned by a file, and reaches it over loopback HTTPS. */
export const attachLaunched = async (launch: Launched, ground: Ground): Promise<Site> => {
  if (ground.launcher === undefined) throw new TypeError('a target that is launched needs a launcher')
  const { ca } = ground.world
  const hosts = (launch.also ?? []).map((one) => new URL(one.replace(/:[^:]*$/, '')).hostname)
  const identity = await ca.issue([...new Set(['localhost', '127.0.0.1', ...hosts])])
  const { served, at: mocks, open } = await serveMocks(ground, identity)
  const count = Number(ground.target.control?.nodes ?? 1)
  const [port2, ...ports] = await freePorts(count + 1)
  const [port = 0] = ports
  const also = (launch.also ?? []).map((one) => one.replace('{port}', `${port}`).replace('{port2}', `${port2}`))
  const at = { target: `https://127.0.0.1:${port}`, also, mocks }
  open(at)
  const wire = httpsWire({ ca: [ca.certificate] })
  const nodes = count === 1 ? [] : nodeWires(at.target, [ca.certificate], ports)
  const plain = plainWire()
  const leave = () => Promise.all([wire, plain, ...nodes, ...served].map((one) => one.close()))

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
      webCertificate: () => presentedAt(at.target),
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
