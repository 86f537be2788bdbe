import type { Client, Slice, User } from '../../../fixtures/world/shapes.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Redeemed } from '../token/request.ts'
import { claimsIn, redeem, renew, speaksRedeem, speaksRenew, stateOf } from '../token/request.ts'

/** Redeems a code as a client would, from its server; `undefined` where the dialect drives no redemption. */
export const tokenFor = async (
  context: Context,
  { code, client, redirectUri }: { code: string; client: Client; redirectUri: string },
): Promise<Redeemed | undefined> => {
  if (speaksRedeem(context.dialect, context) !== undefined) return undefined
  const { id: clientId, resource } = client
  return redeem(context, { code, state: stateOf(client, redirectUri), clientId, redirectUri, resource })
}

/** What handed-out tokens say, as far as they can be read: the tenants, and which users of the slice they name. */
export const claimedBy = (
  fields: Readonly<Record<string, unknown>>,
  { users }: Slice,
): { tenants: readonly string[]; users: readonly User[] } => {
  const claims = (['access_token', 'id_token'] as const).map((name) => claimsIn(fields[name]))
  const values = claims.flatMap((one) => Object.values(one)).map((value) => String(value).toLowerCase())
  const tenants = claims.flatMap(({ tid }) => (typeof tid === 'string' ? [tid] : []))
  const named = ({ name, objectId }: User) =>
    values.includes(name.toLowerCase()) || values.includes(objectId.toLowerCase())
  return { tenants, users: users.filter(named) }
}

/** Renews by a refresh token as a client would; `undefined` where the dialect drives no renewal. */
export const renewalFor = async (
  context: Context,
  { refreshToken, client, redirectUri }: { refreshToken: string; client: Client; redirectUri: string },
): Promise<Redeemed | undefined> => {
  if (speaksRenew(context.dialect, context) !== undefined) return undefined
  const { id: clientId, resource } = client
  return renew(context, { refreshToken, state: stateOf(client, redirectUri), clientId, redirectUri, resource })
}
