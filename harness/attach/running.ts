import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Wire } from '../../protocols/wire.ts'
import type { AlreadyRunning } from '../target/target.ts'
import { Trouble } from '../trouble.ts'
import type { HttpsWire } from '../wire/https.ts'
import { httpsWire } from '../wire/https.ts'
import { plainWire } from '../wire/plain.ts'
import type { Served } from '../wire/serve.ts'
import { serve } from '../wire/serve.ts'
import { isLoopback, namedOrigins, requirePermission, unanswered } from './permission.ts'
import { wiresByOrigin } from './mocks.ts'
import type { Ground, Site } from './site.ts'
import { placeOf } from './site.ts'

/**
 * Reaches a target that somebody else started and set up. Browsers talk to the mocks directly, so that they never meet whoever else may
 * answer to their names.
 */
export const attachRunning = async (attach: AlreadyRunning, ground: Ground): Promise<Site> => {
  const { ca } = ground.world
  refuseShared(attach)
  const at = placeOf(attach)
  const own = attach.ca === undefined ? [] : [await readAuthority(join(ground.target.directory, attach.ca))]
  const within = ground.target.profile.requestMs
  const trusted = [ca.certificate, ...own]
  const https = httpsWire({ ca: trusted })
  const plain = plainWire()
  const nodes = nodesOf(ground, at.target, trusted)
  const open: Served[] = []
  const close = async () => {
    await Promise.all([
      https.close(),
      plain.close(),
      ...open.map((mock) => mock.close()),
      ...nodes.map((node) => node.wire.close()),
    ])
  }

  try {
    await requirePermission(attach, https, { now: Date.now(), within, nodes })
    const wires = wiresByOrigin(ground, at)
    for (const [actor, place] of Object.entries(at.mocks)) {
      const identity = await ca.issue(['localhost', '127.0.0.1', new URL(place).hostname])
      open.push(await listen(wires[place], identity, { actor, place, host: attach.mocks.listen }))
    }
    for (const [place, origin] of namedOrigins(attach)) {
      const request = { method: 'GET', origin: new URL(origin).origin, rawPath: '/', headers: [] }
      await https(request, AbortSignal.timeout(within)).catch((cause: unknown) => {
        throw unanswered(place, origin, cause)
      })
    }
    const beside =
      (target: Wire): Wire =>
      (request, signal) =>
        (wires[request.origin] ?? target)(request, signal)
    return { at, wire: beside(https), plain, nodes: nodes.map((node) => beside(node.wire)), close }
  } catch (cause) {
    await close()
    throw cause
  }
}

/** Mocks listen on loopback unless told otherwise. */
const listen = async (
  wire: Wire | undefined,
  identity: Parameters<typeof serve>[1],
  { actor, place, host }: { actor: string; place: string; host: string | undefined },
): Promise<Served> => {
  if (wire === undefined) throw new TypeError(`there is no mock to play the ${actor}`)
  if (host === undefined && !isLoopback(place)) {
    throw new Trouble('usage', {
      place: `attach.mocks.${actor}: ${place}`,
      problem: 'it is not on loopback, and mocks listen nowhere else unless told so',
      mend: 'name the address to listen on as attach.mocks.listen, or let the target come by a tunnel to https://localhost:<port>',
    })
  }
  const port = Number(new URL(place).port) || 443
  return serve(wire, identity, { port, host: host ?? '127.0.0.1' }).catch((cause: NodeJS.ErrnoException) => {
    const taken = cause.code === 'EADDRINUSE'
    throw new Trouble('usage', {
      place: `attach.mocks.${actor}`,
      problem: taken ? `port ${port} is in use` : `cannot listen on port ${port}: ${cause.message}`,
      mend: taken
        ? 'stop what listens there, or set the target up with another port'
        : 'name a port that this user may listen on',
    })
  })
}

/** The nodes of the target, each with its address and a wire to it under the one name. */
const nodesOf = ({ target }: Ground, origin: string, ca: readonly string[]): Node[] =>
  (Array.isArray(target.control?.nodes) ? target.control.nodes : []).map((address) => {
    const { hostname, port } = new URL(`https://${address}`)
    return { address, wire: httpsWire({ ca, detour: { origin, hostname, port: Number(port) || 443 } }) }
  })

type Node = { address: string; wire: HttpsWire }

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
  const mocks = Object.entries(placeOf(attach).mocks).map(([actor, place]) => [`attach.mocks.${actor}`, place] as const)
  const owned = [...namedOrigins(attach), ...mocks]
  const twice = owned.findLast(
    ([, one], index) => owned.findIndex(([, other]) => new URL(other).origin === new URL(one).origin) !== index,
  )
  if (twice === undefined) return
  throw new Trouble('usage', {
    place: `${twice[0]}: ${twice[1]}`,
    problem: 'this origin is named twice',
    mend: 'give the target and each mock origins of their own, each once',
  })
}
