import { makeSigner } from '../../fixtures/world/signing.ts'
import type { Signer } from '../../protocols/signature/sign.ts'

/** The signing keys of a broker, with their certificates, the newest first. The nodes of a broker share them. */
export type Signing = {
  signers(): Promise<readonly Signer[]>
  /** Makes a new key and certificate; what is signed and published from then on is decided by the policies. */
  rotate(): Promise<void>
}

/**
 * Keys that are made at run time, the first when it is first wanted.
 *
 * @param name the common name of the certificates
 */
export const makeSigning = (name: string, make: (name: string) => Promise<Signer> = makeSigner): Signing => {
  const made: Promise<Signer>[] = []
  const first = () => {
    if (made.length === 0) made.push(make(name))
  }
  return {
    signers() {
      first()
      return Promise.all(made)
    },
    async rotate() {
      first()
      const next = make(name)
      await next
      made.unshift(next)
    },
  }
}
