import type { KeySet } from '../../fixtures/world/keys.ts'
import type { Signer } from '../../protocols/signature/sign.ts'

/** The key that signs for a provider, with its certificate. */
export const signerOf = ({ keys: { privateKey, publicJwk, sha1Key } }: { keys: KeySet }): Signer => {
  const [certificate] = publicJwk.x5c ?? []
  if (certificate === undefined) throw new TypeError('these keys have no certificate')
  return { privateKey, certificate, ...(sha1Key && { sha1Key }) }
}
