import { publishedIn } from '../../../protocols/high-trust/metadata-document.ts'
import type { Farm } from '../../../fixtures/world/farms.ts'
import type { OnPremises } from './state.ts'

/** Registers certificates as those of the issuer that a farm knows, instead of those before. */
export const trustCertificates = (
  { trusted }: OnPremises,
  { realm, issuer: id }: Farm,
  certificates: readonly string[],
): void =>
  void trusted.set(
    realm,
    certificates.map((certificate) => ({ id, certificate, broker: true })),
  )

/**
 * Registers the certificates of a metadata document, as the farm reads it from its issuer.
 *
 * @returns whether it is one, with a certificate in it
 */
export const trustDocument = (onPremises: OnPremises, farm: Farm, text: string): boolean => {
  const keys = publishedIn(text) ?? []
  if (keys.length > 0)
    trustCertificates(
      onPremises,
      farm,
      keys.map(({ certificate }) => certificate),
    )
  return keys.length > 0
}
