import { Agent } from 'undici'
import type { HttpsWire } from './https.ts'
import { wireOver } from './https.ts'

/** The plain form of an https origin at the same address: where a visitor comes who leaves the "s" away. */
export const plainOriginOf = (origin: string): string => {
  const { hostname, port } = new URL(origin)
  return new URL(`http://${hostname}:${port || '443'}`).origin
}

/** Opens a wire over HTTP/1.1 without TLS. */
export const plainWire = (): HttpsWire => wireOver(new Agent({ headersTimeout: 60_000, bodyTimeout: 60_000 }))
