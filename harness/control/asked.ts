import type { Wire } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'

/** Has a target replace the key that it signs tokens with; done once new tokens are signed with the new one. Rejects when the target does not. */
export type KeyRotation = () => Promise<void>

/** Has a relying party read its broker's metadata again; done once it has. Rejects when it does not. */
export type MetadataRefresh = () => Promise<void>

/** Has something done by an empty `POST {path}` on the control plane; any 2xx is consent. */
export const byPost = (wire: Wire, origin: string, path: string) => async (): Promise<void> => {
  const { status } = await wire({ method: 'POST', origin, rawPath: path, headers: [['content-length', '0']] })
  if (status < 200 || status > 299) throw new Error(`${origin}${path} answered ${status}`)
}

/**
 * What a target is had to do, as a check asks for it; `what` goes on from "the target did not".
 *
 * @throws Inconclusive when the target does not do it, or gives no way to
 */
export const asked =
  <T>(way: (() => Promise<T>) | undefined, what: string): (() => Promise<T>) =>
  async () => {
    if (way === undefined) throw new Inconclusive('undelivered', `the target gives no way to ${what}`)
    try {
      return await way()
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new Inconclusive('undelivered', `the target did not ${what}: ${why}`, { cause })
    }
  }
