import { exportJWK } from 'jose'
import { createHmac, webcrypto } from 'node:crypto'
import { http, HttpResponse } from 'msw'
import type { Tenant } from '../../../fixtures/world/shapes.ts'
import { pemOf, publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { administratorOf } from './administrator.ts'
import type { Claims } from './claims.ts'
import type { Entra } from './state.ts'

const strangersKeys = (origin: string) => `${origin}/stranger/keys`

/** What the header of a forged id token says of its key, which is a stranger's; with alg HS256 the key is empty. */
const headers = {
  'foreign-key': async ({ keys }: Entra) => ({ kid: keys.kid }),
  'unknown-kid': async () => ({ kid: 'unknown' }),
  'no-kid': async () => ({}),
  'kid-as-path': async () => ({ alg: 'HS256', kid: '../../../../../../dev/null' }),
  'kid-as-url': async ({ origin }: Entra) => ({ kid: strangersKeys(origin) }),
  'embedded-jwk': async (entra: Entra) => ({ kid: 'embedded', jwk: await strangersKey(entra) }),
  'embedded-certificate': async (entra: Entra) => ({ kid: 'embedded', x5c: [(await entra.stranger()).certificate] }),
  jku: async ({ origin }: Entra) => ({ kid: 'stranger', jku: strangersKeys(origin) }),
  x5u: async ({ origin }: Entra) => ({ kid: 'stranger', x5u: `${strangersKeys(origin)}.pem` }),
} as const satisfies Record<string, (entra: Entra) => Promise<Record<string, unknown>>>

/** Every trick, by name. */
export const keyTricks = Object.keys(headers) as readonly KeyTrick[]

const strangersKey = async (entra: Entra) => exportJWK(publicKeyOf((await entra.stranger()).certificate))

/** A trick, by name. */
export type KeyTrick = keyof typeof headers

/**
 * An id token about an administrator that the provider never signed, for a receiver that lets the token choose its key.
 *
 * @see RFC 8725 sections 2.1 and 3.10
 */
export const forgedBy = async (trick: string, entra: Entra, tenant: Tenant, claims: Claims): Promise<string> => {
  if (!(trick in headers)) throw new TypeError(`there is no trick ${trick}`)
  const { subject, name, objectId } = administratorOf(tenant)
  const forged = { ...claims, sub: subject, oid: objectId, upn: name, unique_name: name, preferred_username: name }
  return strangersToken(entra, await strangersHeader(trick as KeyTrick, entra), forged)
}

/** The header of a token that plays a trick. */
export const strangersHeader = async (trick: KeyTrick, entra: Entra): Promise<Record<string, unknown>> => ({
  typ: 'JWT',
  alg: 'RS256',
  ...(await headers[trick](entra)),
})

/** A token that a stranger signed, or, where the header says HS256, one that an empty key signed. */
export const strangersToken = async (
  entra: Entra,
  header: Record<string, unknown>,
  claims: Claims,
): Promise<string> => {
  const signing = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const { privateKey } = await entra.stranger()
  const signature =
    header['alg'] === 'HS256'
      ? createHmac('sha256', '').update(signing).digest()
      : Buffer.from(await webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, Buffer.from(signing)))
  return `${signing}.${signature.toString('base64url')}`
}

/** `GET /stranger/keys` and `/stranger/keys.pem`: what a receiver gets that fetches the key where a token says. */
export const strangersKeysAt = (entra: Entra) => [
  http.get(strangersKeys(entra.origin), async () =>
    HttpResponse.json({ keys: [{ ...(await strangersKey(entra)), kid: 'stranger' }] }),
  ),
  http.get(`${strangersKeys(entra.origin)}.pem`, async () => {
    const { certificate } = await entra.stranger()
    return HttpResponse.text(pemOf(certificate))
  }),
]
