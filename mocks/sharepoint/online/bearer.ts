import { createPublicKey, verify } from 'node:crypto'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { jwkWithThumbprint } from '../../../fixtures/world/keys.ts'
import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import { acsIssuerOf, principalOf } from '../../../protocols/acs/names.ts'
import { issuerOf } from '../../idp/entra/claims.ts'
import { refusalOf } from '../../idp/entra/guard.ts'
import { readJwt } from '../../idp/forge-token.ts'
import { nameIdOf } from '../../sts/acs/mint.ts'
import type { Acs } from '../../sts/acs/state.ts'
import { resourcesIn } from '../../sts/acs/state.ts'
import type { TokenRefusal, TokenRule } from '../refusal.ts'
import { wrong } from '../refusal.ts'
import type { Caller } from '../state.ts'
import type { SharePoint } from './state.ts'

type Read = { header: Record<string, unknown>; claims: Record<string, unknown> }
type Asked = Read & {
  sharePoint: SharePoint
  tenant: Tenant
  token: string
  /** The key that the header names. */
  key: KeySet | undefined
  caller: Caller | undefined
}

/** In order. */
// oxfmt-ignore
const rules: readonly TokenRule<Asked>[] = [
  { ...wrong.algorithm, unless: ({ header }) => header['alg'] === 'RS256' },
  { ...wrong.thumbprint, unless: ({ header }) => typeof header['x5t'] === 'string' },
  { ...wrong.issuer, unless: ({ key }) => key !== undefined },
  { ...wrong.signature, unless: ({ token, key }) => key !== undefined && isSigned(token, key) },
  { ...wrong.issuer, unless: ({ sharePoint, tenant, claims, key }) => claims['iss'] === issuedBy(sharePoint, tenant, key) },
  { ...wrong.audience, unless: ({ sharePoint, tenant, claims }) => audiencesOf(sharePoint, tenant).includes(String(claims['aud'])) },
  { ...wrong.time, unless: ({ sharePoint: { acs }, claims }) => isCurrent(claims, acs.entra.clock.now()) },
  { ...wrong.issuer, unless: ({ caller }) => caller !== undefined },
  { ...wrong.type, unless: ({ sharePoint, caller }) => caller?.user !== undefined || sharePoint.allowsAppOnly },
]

/**
 * Who calls a tenant's site with a bearer token of Azure ACS or Entra ID, or why the token is refused.
 *
 * @see PROTOCOLS: bearer errors of SharePoint Online
 */
export const callerOf = (sharePoint: SharePoint, tenant: Tenant, token: string): Caller | TokenRefusal => {
  const read = readJwt(token)
  if (read === undefined) return wrong.text
  const { acs } = sharePoint
  const key = [acs.keys, acs.entra.keys].find((one) => jwkWithThumbprint(one).x5t === read.header['x5t'])
  const caller = namedIn(sharePoint, tenant, read.claims)
  const broken = refusalOf(rules, { ...read, sharePoint, tenant, token, key, caller })
  return broken ?? caller ?? wrong.issuer
}

const isSigned = (token: string, { publicJwk: { kty = '', n = '', e = '' } }: KeySet): boolean => {
  const [head = '', claims = '', signature = ''] = token.split('.')
  const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' })
  return verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))
}

const issuedBy = ({ acs }: SharePoint, { id }: Tenant, key: KeySet | undefined): string =>
  key === acs.keys ? acsIssuerOf(id) : issuerOf(acs.entra, id, 1)

/** The apps that SharePoint knows: those of Azure ACS, and those of Entra ID that are for it. */
const appsOf = ({ clients, entra }: Acs): Client[] => [
  ...clients,
  ...entra.clients.filter(({ sharePoint }) => sharePoint),
]

/** SharePoint at the hosts of the tenant: as Azure ACS names it, and as Entra ID does. */
const audiencesOf = ({ acs }: SharePoint, tenant: Tenant): string[] => [
  ...resourcesIn(acs, tenant),
  ...appsOf(acs).flatMap((client) => (client.tenant === tenant.id ? [client.resource, `${client.resource}/`] : [])),
]

/** From `nbf` on, and no longer at `exp`; both are seconds (RFC 7519 section 4.1). */
const isCurrent = ({ nbf, exp }: Read['claims'], now: number): boolean =>
  typeof exp === 'number' && now < exp * 1000 && (nbf === undefined || (typeof nbf === 'number' && now >= nbf * 1000))

/** The user and the app that a token names. One without a user is of an app alone. */
const namedIn = ({ acs }: SharePoint, tenant: Tenant, claims: Read['claims']): Caller | undefined => {
  const { entra } = acs
  const clients = appsOf(acs)
  const isApp = (said: unknown) => (client: Client) =>
    client.tenant === tenant.id && (principalOf(client.id, tenant.id) === said || client.id === said)
  const isUser = (user: User) =>
    user.tenant === tenant.id && (nameIdOf(user) === claims['nameid'] || user.objectId === claims['oid'])
  const [user, app] = [
    entra.users.find(isUser),
    clients.find(isApp(claims['actor'] ?? claims['appid'] ?? claims['nameid'])),
  ]
  return app && { app, ...(user && { user }) }
}
