import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { webcrypto } from 'node:crypto'
import { thumbprintOf } from '../../protocols/high-trust/certificate.ts'
import { validity } from '../../fixtures/world/authority.ts'
import type { HighTrustKey, WantedKey } from './high-trust-policies.ts'

const algorithm = { name: 'RSASSA-PKCS1-v1_5', publicExponent: Uint8Array.of(1, 0, 1) }

/** Makes an RSA key for RS256, with a certificate under a name. */
export const makeHighTrustKey = async (name: string, wanted: WantedKey): Promise<HighTrustKey> =>
  certified(name, await pairOf(wanted.bits), wanted)

/** Certifies a key under a name: once more, where it has been before. */
export const certified = async (
  name: string,
  pair: webcrypto.CryptoKeyPair,
  { digest, signedBy }: Omit<WantedKey, 'bits'>,
): Promise<HighTrustKey> => {
  const subject = [{ CN: [name] }]
  const issuing = signedBy === 'itself' ? pair : await pairOf(2048)
  /** A key signs by one digest alone: that of tokens is another than that of the certificate. */
  const signingKey = await bound(issuing.privateKey, digest)
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject,
    issuer: signedBy === 'itself' ? subject : [{ CN: ['some authority'] }],
    publicKey: pair.publicKey,
    signingKey,
    signingAlgorithm: { ...algorithm, hash: digest },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
    ],
  })
  const der = Buffer.from(certificate.rawData).toString('base64')
  return { pair, certificate: der, thumbprint: thumbprintOf(der) }
}

const pairOf = (modulusLength: number) =>
  webcrypto.subtle.generateKey({ ...algorithm, modulusLength, hash: 'SHA-256' }, true, ['sign', 'verify'])

const bound = async (key: webcrypto.CryptoKey, hash: string) =>
  webcrypto.subtle.importKey('pkcs8', await webcrypto.subtle.exportKey('pkcs8', key), { ...algorithm, hash }, false, [
    'sign',
  ])
