import type { Wire } from '../../protocols/wire.ts'

/** Has a relying party read its broker's metadata again; done once it has. Rejects when it does not. */
export type MetadataRefresh = () => Promise<void>

/** Has it read again by an empty `POST {path}` on the control plane; any 2xx is consent. */
export const httpRefresh =
  (wire: Wire, origin: string, path: string): MetadataRefresh =>
  async () => {
    const { status } = await wire({ method: 'POST', origin, rawPath: path, headers: [['content-length', '0']] })
    if (status < 200 || status > 299) throw new Error(`${origin}${path} answered ${status}`)
  }
