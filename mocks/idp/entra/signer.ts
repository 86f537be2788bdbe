import type { Signer } from '../../../protocols/signature/sign.ts'
import type { Entra } from './state.ts'

/** The key that signs for every tenant, with its certificate. */
export const signerOf = ({ keys: { privateKey, publicJwk } }: Pick<Entra, 'keys'>): Signer => {
  const [certificate] = publicJwk.x5c ?? []
  if (certificate === undefined) throw new TypeError('these keys have no certificate')
  return { privateKey, certificate }
}
