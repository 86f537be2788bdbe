import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Wire } from '../../protocols/wire.ts'
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
  refuseShared(attach)
  const at = {
    target: new URL(origins.party).origin,
    also: (origins.also ?? []).map((one) => new URL(one).origin),
    idp: mocks.idp,
    paths: ground.dialect.paths,
  }
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

  try {
    for (const [place, one] of namedOrigins(attach)) await answers(wire, place, one, ground.target.profile.requestMs)
  } catch (cause) {
    await close()
    throw cause
  }
  return { at, wire, nodes, close }
}

const addressesOf = ({ control }: Target) =>
  (Array.isArray(control?.nodes) ? control.nodes : []).map((address) => {
    const { hostname, port } = new URL(`https://${address}`)
    return { hostname, port: Number(port) || 443 }
  })

/** The origins of the target, each with the field that names it. */
const namedOrigins = ({ origins: { party, also = [] } }: AlreadyRunning): [string, string][] => [
  ['attach.origins.party', party],
  ...also.map((one, index): [string, string] => [`attach.origins.also.${index}`, one]),
]

const answers = (wire: Wire, place: string, one: string, within: number): Promise<unknown> =>
  wire({ method: 'GET', origin: one, rawPath: '/', headers: [] }, AbortSignal.timeout(within)).catch(
    (cause: unknown) => {
      throw new Trouble('unreachable', {
        place: `${place}: ${one}`,
        problem: `the target does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
        mend: 'start it, and give its certificate authority as attach.ca if it has one of its own',
      })
    },
  )

const readAuthority = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Trouble('usage', {
      place: 'attach.ca',
      problem: `cannot be read: ${String(cause)}`,
      mend: "name the PEM file of the authority of the target's certificate",
    })
  })

/** One origin has one owner, or nobody could tell whose answer came. */
const refuseShared = (attach: AlreadyRunning) => {
  const owned = [...namedOrigins(attach), ['attach.mocks.idp', attach.mocks.idp] as const]
  const twice = owned.findLast(
    ([, one], index) => owned.findIndex(([, other]) => new URL(other).origin === new URL(one).origin) !== index,
  )
  if (twice === undefined) return
  throw new Trouble('usage', {
    place: `${twice[0]}: ${twice[1]}`,
    problem: 'this origin is named twice',
    mend: 'give the target and the mock identity provider origins of their own, each once',
  })
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Attacks go to this machine alone, until a host can be asked for its permission. */
const refuseForeign = (attach: AlreadyRunning, { directory }: Target) => {
  for (const [place, origin] of [...namedOrigins(attach), ['attach.mocks.idp', attach.mocks.idp] as const]) {
    if (loopback.test(new URL(origin).hostname)) continue
    throw new Trouble('usage', {
      place: `${directory}: ${place}`,
      problem: `${origin} is not on this machine, and nothing is attacked elsewhere without proof of permission`,
      mend: 'run brokerspec on the machine of the target and name it by localhost or 127.0.0.1',
    })
  }
}
