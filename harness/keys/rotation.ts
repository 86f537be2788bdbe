import type { Wire } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'

/** Has a target replace the key that it signs tokens with; done once new tokens are signed with the new one. Rejects when the target does not. */
export type KeyRotation = () => Promise<void>

/** Rotates by an empty `POST {path}` on the control plane; any 2xx is consent. */
export const httpRotation =
  (wire: Wire, origin: string, path: string): KeyRotation =>
  async () => {
    const { status } = await wire({ method: 'POST', origin, rawPath: path, headers: [['content-length', '0']] })
    if (status < 200 || status > 299) throw new Error(`${origin}${path} answered ${status}`)
  }

/**
 * A rotation as a check asks for it.
 *
 * @throws Inconclusive when the target does not do it, or gives no way to
 */
export const askedOfTarget =
  (rotate: KeyRotation | undefined): KeyRotation =>
  async () => {
    if (rotate === undefined) throw new Inconclusive('undelivered', 'the target gives no way to rotate its key')
    try {
      await rotate()
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new Inconclusive('undelivered', `the target did not rotate its key: ${why}`, { cause })
    }
  }
