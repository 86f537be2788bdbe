import { createHmac } from 'node:crypto'
import type { JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import type { AppOnlyPolicies, UserToken } from '../broker/app-only-policies.ts'
import { honestAppOnly } from '../broker/app-only-policies.ts'
import { secretOf } from '../idp/forge-token.ts'
import type { AppOnlyFaults } from './app-only-fault.ts'

const breaks = 'app-only.valid-token'
const finding = (does: string, instead: AppOnlyPolicies['keysFor']) =>
  ({ does, breaks, policy: 'keysFor', instead }) as const
const verifying = (does: string, instead: AppOnlyPolicies['verifies']) =>
  ({ does, breaks, policy: 'verifies', instead }) as const
const holding = (does: string, instead: AppOnlyPolicies['isCurrent']) =>
  ({ does, breaks, policy: 'isCurrent', instead }) as const

/** Believes a token in another way first, and then as an honest broker does. */
const orElse =
  (other: (token: UserToken, keys: readonly JWK[]) => boolean): AppOnlyPolicies['verifies'] =>
  async (token, keys) =>
    other(token, keys) || honestAppOnly.verifies(token, keys)

const partsOf = ({ raw }: UserToken) => {
  const [header = '', payload = '', signature = ''] = raw.split('.')
  return { signed: `${header}.${payload}`, signature }
}
const isMac = (token: UserToken, secret: string | Buffer, algorithms: readonly string[]): boolean => {
  const alg = String(token.header['alg'])
  const { signed, signature } = partsOf(token)
  return (
    algorithms.includes(alg) &&
    createHmac(`sha${alg.slice(2)}`, secret)
      .update(signed)
      .digest('base64url') === signature
  )
}

const embedded = ({ jwk }: UserToken['header']): JWK[] => (typeof jwk === 'object' && jwk !== null ? [jwk] : [])
const certified = (certificate: string): Promise<JWK> => exportJWK(publicKeyOf(certificate))
const textIn = (header: UserToken['header'], name: string): string | undefined => {
  const value = header[name]
  return typeof value === 'string' && URL.canParse(value) ? value : undefined
}
const fetched = async (url: string | undefined, get: (url: string) => Promise<string>): Promise<JWK[]> =>
  url === undefined ? [] : (JSON.parse(await get(url)) as { keys: JWK[] }).keys

const days = 86_400
const ageOf = ({ exp }: UserToken['claims'], now: number) => now / 1000 - Number(exp)

/** Faults in what makes a user's token a valid one. */
export const appOnlyTokenFaults = {
  'broker.ignores-issuer-of-user-token': {
    does: 'takes a user token under any name when the key is right',
    breaks,
    policy: 'findIssuer',
    instead(named, issuers) {
      const [realm = ''] = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$|(?<=\/)[^/]+(?=\/$)/.exec(named) ?? []
      const anyone = { pattern: '{realm}', jwks: { keys: issuers.flatMap(({ jwks }) => jwks.keys) } }
      return honestAppOnly.findIssuer(named, issuers) ?? { issuer: anyone, realm }
    },
  },
  'broker.takes-issuer-of-user-token-by-prefix': {
    does: 'takes a user token of an issuer whose name begins with a known one',
    breaks,
    policy: 'findIssuer',
    instead(named, issuers) {
      const known = issuers.find(({ pattern }) => named.startsWith(pattern.split('{realm}')[0] ?? ''))
      const [before = ''] = known?.pattern.split('{realm}') ?? []
      return known && { issuer: known, realm: named.slice(before.length, before.length + 36) }
    },
  },

  'broker.trusts-jwk-of-user-token': finding(
    'verifies a user token with the key in its header',
    async (header, keys, get) => [...(await honestAppOnly.keysFor(header, keys, get)), ...embedded(header)],
  ),
  'broker.trusts-jwk-named-by-its-thumbprint': finding(
    'verifies a user token with the key in its header when the kid is the thumbprint of that',
    async (header, keys, get) => {
      const [jwk] = embedded(header)
      const named = jwk !== undefined && (await calculateJwkThumbprint(jwk)) === header['kid']
      return [...(await honestAppOnly.keysFor(header, keys, get)), ...(named ? [jwk] : [])]
    },
  ),
  'broker.trusts-certificate-of-user-token': finding(
    'verifies a user token with the certificate in its header',
    async (header, keys, get) => {
      const [certificate] = Array.isArray(header['x5c']) ? (header['x5c'] as string[]) : []
      const own = certificate === undefined ? [] : [await certified(certificate)]
      return [...(await honestAppOnly.keysFor(header, keys, get)), ...own]
    },
  ),
  'broker.fetches-jku-of-user-token': finding(
    'fetches the keys of a user token from where its header says',
    async (header, keys, get) => [
      ...(await honestAppOnly.keysFor(header, keys, get)),
      ...(await fetched(textIn(header, 'jku'), get)),
    ],
  ),
  'broker.fetches-x5u-of-user-token': finding(
    'fetches the certificate of a user token from where its header says',
    async (header, keys, get) => {
      const url = textIn(header, 'x5u')
      const own = url === undefined ? [] : [await certified(await get(url))]
      return [...(await honestAppOnly.keysFor(header, keys, get)), ...own]
    },
  ),
  'broker.fetches-kid-of-user-token': finding(
    'fetches the keys of a user token from its kid, where that is a URL',
    async (header, keys, get) => [
      ...(await honestAppOnly.keysFor(header, keys, get)),
      ...(await fetched(textIn(header, 'kid'), get)),
    ],
  ),

  'broker.decodes-user-tokens-alone': verifying('does not look at the signature of a user token', async () => true),
  'broker.takes-unsigned-user-tokens': verifying(
    'believes a user token with alg none',
    orElse(({ header }) => header['alg'] === 'none'),
  ),
  'broker.takes-user-tokens-of-any-none': verifying(
    'believes a user token whose alg is none in another spelling',
    orElse(({ header }) => /^none$/i.test(String(header['alg'])) && !/^(none|None|NONE)$/.test(String(header['alg']))),
  ),
  'broker.takes-user-tokens-of-public-key': verifying(
    'believes a user token that is signed by HS256 with the public key as PEM',
    orElse((token, keys) => keys.some((key) => isMac(token, secretOf(key, 'pem'), ['HS256']))),
  ),
  'broker.takes-user-tokens-of-certificate': verifying(
    'believes a user token that is signed by HS384 or HS512 with the certificate as it is published',
    orElse((token, keys) => keys.some((key) => isMac(token, secretOf(key, 'certificate'), ['HS384', 'HS512']))),
  ),
  'broker.reads-key-file-of-user-token': verifying(
    'believes a user token that is signed with nothing, which is what it reads where the kid leads',
    orElse((token) => String(token.header['kid']).includes('/dev/null') && isMac(token, '', ['HS256'])),
  ),
  'broker.verifies-short-user-tokens-only': verifying(
    'does not verify a user token of more than four kilobytes',
    orElse(({ raw }) => raw.length > 4096),
  ),

  'broker.ignores-expiry-of-user-token': holding('takes user tokens after their end', (claims, now) =>
    honestAppOnly.isCurrent({ ...claims, exp: Number.MAX_SAFE_INTEGER }, now),
  ),
  'broker.forgets-expiry-after-a-month': holding(
    'takes a user token again that expired more than a month ago',
    (claims, now) => honestAppOnly.isCurrent(claims, now) || ageOf(claims, now) > 30 * days,
  ),
  'broker.ignores-start-of-user-token': holding('takes user tokens before their beginning', (claims, now) =>
    honestAppOnly.isCurrent({ ...claims, nbf: 0 }, now),
  ),
  'broker.takes-user-tokens-before-tomorrow': holding(
    'takes user tokens two days before their beginning',
    (claims, now) => honestAppOnly.isCurrent({ ...claims, nbf: Number(claims['nbf']) - 2 * days }, now),
  ),
} as const satisfies AppOnlyFaults
