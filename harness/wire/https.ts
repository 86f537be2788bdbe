import { isIP } from 'node:net'
import { Agent, buildConnector } from 'undici'
import type { Pairs, Wire } from '../../protocols/wire.ts'

/** The HTTPS form of a wire. */
export type HttpsWire = Wire & { close(): Promise<void> }

const longestAnswer = 1_048_576

/** Where to connect to instead of where an origin says; the name that is asked for stays that of the origin. */
export type Detour = { origin: string; hostname: string; port: number }

/** `ca` are the authorities that the wire trusts, as PEM, and no others. */
export type HttpsParts = { ca: readonly string[]; detour?: Detour }

/**
 * Opens a wire over HTTP/1.1 and TLS on pooled connections. The path goes out raw; an answer of more than 1 MiB is
 * refused. Redirects and cookies are the user agent's business.
 */
export const httpsWire = ({ ca, detour }: HttpsParts): HttpsWire => {
  const straight = buildConnector({ ca: [...ca], allowH2: false, timeout: 10_000 })
  const connect: typeof straight = (options, done) => {
    const { hostname, port, protocol } = options
    const leads = detour && new URL(detour.origin).host === new URL(`${protocol}//${hostname}:${port}`).host
    const named = leads && isIP(hostname) === 0 && { servername: hostname }
    const elsewhere = leads && { hostname: detour.hostname, port: String(detour.port), ...named }
    straight({ ...options, ...elsewhere }, done)
  }
  const agent = new Agent({
    connect,
    allowH2: false,
    keepAliveTimeout: 30_000,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  })
  return wireOver(agent)
}

/** A wire over the connections of an agent. */
export const wireOver = (agent: Agent): HttpsWire => {
  const wire: Wire = async ({ method, origin, rawPath, headers, body }, signal) => {
    const response = await agent.request({
      origin,
      path: rawPath,
      method,
      headers: headers.flat(),
      ...(body && { body }),
      ...(signal && { signal }),
    })
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > longestAnswer) throw new Error(`an answer of more than ${longestAnswer} bytes`)
      chunks.push(chunk)
    }
    return {
      status: response.statusCode,
      headers: pairsOf(response.headers),
      body: Buffer.concat(chunks),
    }
  }
  return Object.assign(wire, { close: () => agent.destroy() })
}

/** A wire to each node of an origin that listens on this machine, all under its name. */
export const nodeWires = (origin: string, ca: readonly string[], ports: readonly number[]): HttpsWire[] =>
  ports.map((port) => httpsWire({ ca, detour: { origin, hostname: '127.0.0.1', port } }))

const pairsOf = (headers: Record<string, string | string[] | undefined>): Pairs =>
  Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): Pairs[number] => [name.toLowerCase(), one]),
  )
