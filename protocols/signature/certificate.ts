import { X509Certificate, hash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const derOf = (certificate: string): Buffer =>
  Buffer.from(certificate.replaceAll(/-----(?:BEGIN|END) CERTIFICATE-----|\s/g, ''), 'base64')

/**
 * The public key in a certificate.
 *
 * @param certificate PEM, or base64 of DER as it stands in `X509Certificate` elements
 * @throws {Error} when it is no certificate
 */
export const publicKeyOf = (certificate: string): KeyObject => new X509Certificate(derOf(certificate)).publicKey

/** The SHA-1 thumbprint by which relying parties pin a certificate: 40 upper-case hexadecimal digits. */
export const thumbprintOf = (certificate: string): string => hash('sha1', derOf(certificate), 'hex').toUpperCase()

/** A certificate as PEM. */
export const pemOf = (certificate: string): string =>
  `-----BEGIN CERTIFICATE-----\n${derOf(certificate)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
