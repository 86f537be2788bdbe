import { mintAccess, mintId } from './mint.ts'
import { saidTo } from '../../sts/lifetimes.ts'
import { lifetimesOf } from './for-sharepoint.ts'
import { permissionsOf } from './scopes.ts'
import type { Entra, Version } from './state.ts'
import type { Decision } from './token-request.ts'

type Grant = Exclude<Decision, { code: number }>

/** The body of an answer; lifetimes are seconds, in v1 as strings. */
export type TokenAnswer = Record<string, unknown>

/**
 * Mints what was granted and writes it down as v1 (`resource`, numbers as strings) or v2 does. `clientInfo` adds who the
 * user is, for clients that ask.
 *
 * @see Entra documentation, v1 protocols: OAuth authorization code
 */
export const tokenAnswer = async (
  entra: Entra,
  version: Version,
  grant: Grant,
  clientInfo: boolean,
): Promise<TokenAnswer> => {
  const { user, tenant, refreshToken } = grant
  const [access, id] = await Promise.all([
    mintAccess(entra, sharePointVersion(grant) ?? version, grant),
    user !== undefined && grant.openid ? mintId(entra, version, grant, user) : undefined,
  ])
  return {
    token_type: 'Bearer',
    ...(version === 1 ? inStrings(entra, grant) : inNumbers(entra, grant)),
    access_token: access,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(id !== undefined && { id_token: id }),
    ...(clientInfo && user && { client_info: encode({ uid: user.objectId, utid: tenant.id }) }),
  }
}

/** SharePoint Online takes tokens of the first version, wherever they were sold. */
const sharePointVersion = ({ client }: Grant): Version | undefined => (client.sharePoint ? 1 : undefined)

const secondsOf = (entra: Entra, { tenant, client }: Grant): number =>
  Math.floor(lifetimesOf(entra, tenant, client).access / 1000)

const inStrings = (entra: Entra, grant: Grant): TokenAnswer => {
  const { user, resource, scopes } = grant
  const now = Math.floor(entra.clock.now() / 1000)
  const seconds = secondsOf(entra, grant)
  return {
    ...(user && { scope: permissionsOf(scopes) }),
    expires_in: String(seconds),
    ext_expires_in: String(seconds),
    expires_on: String(now + seconds),
    not_before: String(now),
    resource,
  }
}

/** A second less than the token lives, as the service says; for SharePoint Online to the second, or as the tenant was told. */
const inNumbers = (entra: Entra, grant: Grant): TokenAnswer => {
  const { user, scopes, client, tenant } = grant
  const seconds = secondsOf(entra, grant)
  const granted = scopes.filter((scope) => scope !== 'offline_access').join(' ')
  return {
    ...(user && { scope: granted }),
    ...(client.sharePoint ? saidTo(entra, tenant, 'expires_in', seconds) : { expires_in: seconds - 1 }),
    ext_expires_in: seconds - 1,
  }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
