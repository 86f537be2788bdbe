import { createHmac, webcrypto } from 'node:crypto'
import type { JWK } from 'jose'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, errors, exportJWK } from 'jose'
import type { KeySet } from '../../fixtures/world/keys.ts'
import { jwkWithThumbprint } from '../../fixtures/world/keys.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import type { Claims } from './entra/claims.ts'
import type { KeyTrick } from './entra/key-tricks.ts'
import { strangersHeader, strangersToken } from './entra/key-tricks.ts'
import type { Entra } from './entra/state.ts'

/** The forms of a public key that a careless receiver may take for the secret of an HMAC. */
export const keyForms = ['pem', 'der', 'certificate', 'modulus'] as const

/**
 * Who signs a token that is made out of another one: its issuer, as if it had said so itself; nobody, under a spelling of
 * `none` and with this for a signature; nobody again, so that the old signature stays; who knows the public key alone; or a
 * stranger, whose header says this of the key, under a kid of its own choice or the thumbprint of its key.
 */
export type Signed =
  | { by: 'issuer' }
  | { by: 'nobody'; alg: string; signature: string }
  | { by: 'before' }
  | { by: 'public-key'; alg: 'HS256' | 'HS384' | 'HS512'; form: (typeof keyForms)[number] }
  | { by: 'stranger'; trick: KeyTrick; kid?: string }

/** What a token says instead: claims by name, where `undefined` leaves one out. */
export type Forgery = { claims?: Claims; signed: Signed }

/** In a stranger's kid this stands for the thumbprint of its key (RFC 7638). */
export const thumbprint = '{thumbprint}'

/**
 * Makes another token out of one that a mock has issued.
 *
 * @returns undefined for a token that none of the keys has signed
 */
export const forgeToken = async (
  entra: Entra,
  keys: readonly KeySet[],
  token: string,
  { claims: changes = {}, signed }: Forgery,
): Promise<string | undefined> => {
  const read = readJwt(token)
  const own = keys.find((key) => read && signedWith(read.header, key))
  if (read === undefined || own === undefined) return undefined
  const { header } = read
  const claims = Object.fromEntries(
    Object.entries({ ...read.claims, ...changes }).filter(([, value]) => value !== undefined),
  )
  const unsigned = (head: object) => [head, claims].map(encoded).join('.')

  if (signed.by === 'issuer') {
    const text = unsigned(header)
    const signature = await webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', own.privateKey, Buffer.from(text))
    return `${text}.${Buffer.from(signature).toString('base64url')}`
  }
  if (signed.by === 'before') return `${unsigned(header)}.${token.split('.')[2]}`
  if (signed.by === 'nobody') return `${unsigned({ ...header, alg: signed.alg })}.${signed.signature}`
  if (signed.by === 'public-key') {
    const { alg, form } = signed
    const text = unsigned({ ...header, alg })
    const signature = createHmac(`sha${alg.slice(2)}`, secretOf(own.publicJwk, form))
      .update(text)
      .digest('base64url')
    return `${text}.${signature}`
  }
  const { trick, kid } = signed
  const said = trick === 'foreign-key' ? header : await strangersHeader(trick, entra)
  return strangersToken(entra, { ...said, ...(kid !== undefined && { kid: await named(kid, entra) }) }, claims)
}

const signedWith = ({ kid, x5t }: Record<string, unknown>, key: KeySet): boolean =>
  kid === undefined ? x5t === jwkWithThumbprint(key).x5t : kid === key.kid

const named = async (kid: string, entra: Entra): Promise<string> => {
  if (!kid.includes(thumbprint)) return kid
  const jwk = await exportJWK(publicKeyOf((await entra.stranger()).certificate))
  return kid.replace(thumbprint, await calculateJwkThumbprint(jwk))
}

/** A public key as the secret of an HMAC. */
export const secretOf = ({ n = '', x5c = [] }: JWK, form: (typeof keyForms)[number]): string | Buffer => {
  const [certificate = ''] = x5c
  if (form === 'certificate') return certificate
  if (form === 'modulus') return n
  const key = publicKeyOf(certificate)
  return form === 'pem' ? key.export({ type: 'spki', format: 'pem' }) : key.export({ type: 'spki', format: 'der' })
}

/** Header and claims of a JWT, unverified; `undefined` for what is none. */
export const readJwt = (token: string): { header: Record<string, unknown>; claims: Claims } | undefined => {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError || thrown instanceof TypeError) return undefined
    throw thrown
  }
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
