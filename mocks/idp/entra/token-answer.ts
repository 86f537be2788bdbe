import { mintAccess, mintId } from './mint.ts'
import { permissionsOf } from './scopes.ts'
import type { Entra, Version } from './state.ts'
import type { Decision } from './token-request.ts'

type Grant = Exclude<Decision, { code: number }>

/** The body of an answer; lifetimes are seconds, in v1 as strings. */
export type TokenAnswer = Record<string, string | number>

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
    mintAccess(entra, version, grant),
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

const inStrings = ({ clock, lifetimes }: Entra, { user, resource, scopes }: Grant): TokenAnswer => {
  const now = Math.floor(clock.now() / 1000)
  const seconds = Math.floor(lifetimes.access / 1000)
  return {
    ...(user && { scope: permissionsOf(scopes) }),
    expires_in: String(seconds),
    ext_expires_in: String(seconds),
    expires_on: String(now + seconds),
    not_before: String(now),
    resource,
  }
}

/** A second less than the token lives, as the service says. */
const inNumbers = ({ lifetimes }: Entra, { user, scopes }: Grant): TokenAnswer => {
  const seconds = Math.floor(lifetimes.access / 1000) - 1
  const granted = scopes.filter((scope) => scope !== 'offline_access').join(' ')
  return { ...(user && { scope: granted }), expires_in: seconds, ext_expires_in: seconds }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
