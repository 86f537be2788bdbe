import { Agent, buildConnector } from 'undici'
import type { Pairs, Wire } from '../../protocols/wire.ts'

/** The HTTPS form of a wire. `ca` are the authorities it trusts, as PEM, and no others. */
export type HttpsWire = Wire & { close(): Promise<void> }

const longestAnswer = 1_048_576

/**
 * Opens a wire over HTTP/1.1 and TLS on pooled connections. The path goes out raw; an answer of more than 1 MiB is
 * refused. Redirects and cookies are the user agent's business.
 */
export const httpsWire = ({ ca }: { ca: readonly string[] }): HttpsWire => {
  const connect = buildConnector({ ca: [...ca], allowH2: false, timeout: 10_000 })
  const agent = new Agent({
    connect,
    allowH2: false,
    keepAliveTimeout: 30_000,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  })

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

const pairsOf = (headers: Record<string, string | string[] | undefined>): Pairs =>
  Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): Pairs[number] => [name.toLowerCase(), one]),
  )
