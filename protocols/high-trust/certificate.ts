import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { X509Certificate, hash, verify } from 'node:crypto'
import type { ReadJwt } from './token.ts'

/** What a certificate says of itself: its key, who signed it, and by which digest. */
export type CertificateFacts = {
  /** Such as `rsa`. */
  keyType: string
  /** The length of an RSA key, in bits. */
  bits: number | undefined
  /** Whether its own key has signed it. */
  selfSigned: boolean
  /** The digest of its signature, such as `SHA-512`. */
  digest: string
  /** The key itself, as base64 of its DER form. */
  publicKey: string
}

/**
 * Reads a certificate.
 *
 * @param certificate base64 of DER, or PEM
 * @returns undefined for what is none
 */
export const readCertificate = (certificate: string): CertificateFacts | undefined => {
  try {
    const der = derOf(certificate)
    const own = new X509Certificate(der)
    const { publicKey } = own
    const algorithm = new x509.X509Certificate(der).signatureAlgorithm as { hash?: { name?: string } }
    return {
      keyType: publicKey.asymmetricKeyType ?? 'unknown',
      bits: publicKey.asymmetricKeyDetails?.modulusLength,
      selfSigned: own.verify(publicKey),
      digest: algorithm.hash?.name ?? 'unknown',
      publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    }
  } catch {
    return undefined
  }
}

/** The SHA-1 of a certificate, as tokens name it (RFC 7515 section 4.1.7). */
export const thumbprintOf = (certificate: string): string => hash('sha1', derOf(certificate), 'base64url')

/** Whether the key of a certificate has signed a token, by RS256. */
export const isSignedBy = ({ header, text }: ReadJwt, certificate: string): boolean => {
  if (header['alg'] !== 'RS256') return false
  const [head = '', claims = '', signature = ''] = text.split('.')
  const key = keyOf(certificate)
  return (
    key?.asymmetricKeyType === 'rsa' &&
    verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))
  )
}

const keyOf = (certificate: string) => {
  try {
    return new X509Certificate(derOf(certificate)).publicKey
  } catch {
    return undefined
  }
}

const derOf = (certificate: string): Buffer =>
  Buffer.from(certificate.replaceAll(/-----(?:BEGIN|END) CERTIFICATE-----|\s/g, ''), 'base64')
