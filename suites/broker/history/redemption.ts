import type { Client, Slice, User } from '../../../fixtures/world/shapes.ts'
import type { Context } from '../../../harness/judge/check.ts'

/** What a redemption brought; `undefined` where the dialect drives none. */
export type Told = { is: 'token'; body: unknown } | { is: 'nothing'; why: string }

/** Redeems a code as a client would, from its server. */
export const tokenFor = async (
  { dialect: { redeem }, at, browser }: Context,
  { code, client, redirectUri }: { code: string; client: Client; redirectUri: string },
): Promise<Told | undefined> => {
  if (redeem === null || redeem === 'undriven') return undefined
  const { id: clientId, resource } = client
  const state = `uri=${redirectUri}|cid=${clientId}`
  const outcome = redeem.read(await browser().go(redeem.request({ code, state, clientId, redirectUri, resource }, at)))
  if (outcome.is === 'token') return outcome
  const why = outcome.is === 'refusal' ? `a refusal: ${outcome.text.slice(0, 120)}` : outcome.is
  return { is: 'nothing', why }
}

/** What the tokens of an answer say, as far as they can be read: the tenant, and which users of the slice they name. */
export const claimedBy = (body: unknown, { users }: Slice): { tenant: string | undefined; users: readonly User[] } => {
  const claims = (['access_token', 'id_token'] as const)
    .map((name) => payloadOf(fieldOf(body, name)))
    .filter((one) => one !== undefined)
  const values = claims.flatMap((one) => Object.values(one)).map((value) => String(value).toLowerCase())
  const [tenant] = claims.flatMap(({ tid }) => (typeof tid === 'string' ? [tid] : []))
  const named = ({ name, objectId }: User) =>
    values.includes(name.toLowerCase()) || values.includes(objectId.toLowerCase())
  return { tenant, users: users.filter(named) }
}

const fieldOf = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null && name in body ? (body as Record<string, unknown>)[name] : undefined

/** The claims of a JWT; `undefined` for an opaque token. */
const payloadOf = (token: unknown): Record<string, unknown> | undefined => {
  const [, payload, ...rest] = typeof token === 'string' ? token.split('.') : []
  if (payload === undefined || rest.length !== 1) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
