import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AlreadyRunning, Target } from '../target/target.ts'
import { Trouble } from '../trouble.ts'
import { httpsWire, nodeWires } from '../wire/https.ts'
import { serve } from '../wire/serve.ts'
import type { Ground, Site } from './site.ts'

/** Reaches a target that somebody else started and set up. */
export const attachRunning = async (attach: AlreadyRunning, ground: Ground): Promise<Site> => {
  const { ca } = ground.world
  const { origins, mocks } = attach
  refuseForeign(attach, ground.target)
  const at = { target: origins.party, idp: mocks.idp, paths: ground.dialect.paths }
  const own = attach.ca === undefined ? [] : [await readAuthority(join(ground.target.directory, attach.ca))]
  const { hostname, port } = new URL(mocks.idp)
  const idp = ground.idp(at.idp, at.target + at.paths.callback)
  const identity = await ca.issue(['localhost', '127.0.0.1', hostname])
  const served = await serve(idp, identity, { port: Number(port) || 443 }).catch((cause: NodeJS.ErrnoException) => {
    const taken = cause.code === 'EADDRINUSE'
    throw new Trouble('usage', {
      place: 'attach.mocks.idp',
      problem: taken ? `port ${port} is in use` : `cannot listen on port ${port}: ${cause.message}`,
      mend: taken
        ? 'stop what listens there, or set the target up with another port'
        : 'name a port that this user may listen on',
    })
  })
  const wire = httpsWire({ ca: [ca.certificate, ...own] })
  const nodes = nodeWires(at.target, [ca.certificate, ...own], addressesOf(ground.target))
  const close = async () => void (await Promise.all([wire, ...nodes, served].map((open) => open.close())))

  await wire(
    { method: 'GET', origin: at.target, rawPath: '/', headers: [] },
    AbortSignal.timeout(ground.target.profile.requestMs),
  ).catch(async (cause: unknown) => {
    await close()
    throw new Trouble('unreachable', {
      place: `attach.origins.party: ${at.target}`,
      problem: `the target does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      mend: 'start it, and give its certificate authority as attach.ca if it has one of its own',
    })
  })
  return { at, wire, nodes, close }
}

const addressesOf = ({ control }: Target) =>
  (Array.isArray(control?.nodes) ? control.nodes : []).map((address) => {
    const { hostname, port } = new URL(`https://${address}`)
    return { hostname, port: Number(port) || 443 }
  })

const readAuthority = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Trouble('usage', {
      place: 'attach.ca',
      problem: `cannot be read: ${String(cause)}`,
      mend: "name the PEM file of the authority of the target's certificate",
    })
  })

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Attacks go to this machine alone, until a host can be asked for its permission. */
const refuseForeign = ({ origins, mocks }: AlreadyRunning, { directory }: Target) => {
  for (const [place, origin] of [
    ['attach.origins.party', origins.party],
    ['attach.mocks.idp', mocks.idp],
  ] as const) {
    if (loopback.test(new URL(origin).hostname)) continue
    throw new Trouble('usage', {
      place: `${directory}: ${place}`,
      problem: `${origin} is not on this machine, and nothing is attacked elsewhere without proof of permission`,
      mend: 'run brokerspec on the machine of the target and name it by localhost or 127.0.0.1',
    })
  }
}
