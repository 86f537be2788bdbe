import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ServerIdentity } from '../../fixtures/world/authority.ts'
import type { Pairs, Wire } from '../../protocols/wire.ts'

/** A wire that listens on a socket. */
export type Served = { port: number; close(): Promise<void> }

const longestRequest = 1_048_576

/**
 * Serves a wire over HTTPS on loopback. The request line stays as it came, repeated headers stay separate, and a wire that
 * rejects closes the connection without an answer.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken.
 */
export const serve = async (
  wire: Wire,
  identity: ServerIdentity,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<Served> => {
  const server = createServer({ ...identity, keepAliveTimeout: 60_000 }, (request, response) => {
    const { socket } = request
    answer(wire, request, response).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const answer = async (wire: Wire, request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestRequest) throw new Error('request too large')
    chunks.push(chunk)
  }
  const headers: Pairs = []
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    headers.push([request.rawHeaders[index] ?? '', request.rawHeaders[index + 1] ?? ''])
  }
  const result = await wire({
    method: request.method ?? 'GET',
    origin: `https://${request.headers.host ?? ''}`,
    rawPath: request.url ?? '/',
    headers,
    ...(size > 0 && { body: Buffer.concat(chunks) }),
  })
  const kept = result.headers.filter(
    ([name]) => !['content-length', 'transfer-encoding', 'connection'].includes(name.toLowerCase()),
  )
  response.writeHead(result.status, [...kept, ['content-length', String(result.body.length)]].flat())
  response.end(result.body)
}
