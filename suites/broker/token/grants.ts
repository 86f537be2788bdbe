import { decodeForm, valuesOf } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import type { Client, Tenant } from '../../../fixtures/world/shapes.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Redeemed } from './request.ts'

/** What a target asked a token endpoint for. `id` and `secret` are those of its form or of its Basic header. */
export type Grant = { path: string; form: Pairs; id: string; secret: string }

/**
 * The grants that a target asked for because of a token request: what it posted to a token endpoint or in the form of a grant, with what
 * the request gave, or as a client of the slice. What it asks for on its own behalf, such as a token for its own application, is its
 * own business.
 */
export const grantsOf = ({ sent, given, clients }: Pick<Redeemed, 'sent' | 'given' | 'clients'>): Grant[] =>
  sent
    .filter(({ request }) => request.method === 'POST')
    .map(({ request }) => {
      const form = decodeForm(textOf(request))
      const [id, secret] = basicIn(headerOf(request.headers, 'authorization'))
      return {
        path: request.rawPath.split('?', 1)[0] ?? '',
        form,
        id: id ?? valuesOf(form, 'client_id')[0] ?? '',
        secret: secret ?? valuesOf(form, 'client_secret')[0] ?? '',
      }
    })
    .filter(({ path, form }) => /\/token\/?$/.test(path) || valuesOf(form, 'grant_type').length > 0)
    .filter(
      ({ form, id, secret }) =>
        form.some(([, value]) => given.includes(value)) ||
        clients.some((client) => client.id === nameIn(id) || client.secret === secret),
    )

/** The id of a client in the name that a token service knows it by: `{id}` or `{id}@{realm}`. */
const nameIn = (id: string): string => id.split('@', 1)[0] ?? ''

/** Name and secret in a Basic header (RFC 6749 section 2.3.1). */
const basicIn = (header: string | undefined): string[] => {
  const credentials = /^Basic +([\w+/=]+)$/i.exec(header ?? '')?.[1]
  if (credentials === undefined) return []
  const [id = '', ...secret] = Buffer.from(credentials, 'base64').toString().split(':')
  return [id, secret.join(':')].map((text) => valuesOf(decodeForm(`x=${text.replaceAll('&', '%26')}`), 'x')[0] ?? '')
}

/** The one value of a field of a grant; `undefined` when it is there twice or not at all. */
export const valueIn = ({ form }: Grant, name: string): string | undefined => {
  const values = valuesOf(form, name)
  return values.length === 1 ? values[0] : undefined
}

/** What is wrong with a grant that was owed for a client, in a word; `undefined`: nothing. */
export const wrongIn = ({ slice, at }: Context, grant: Grant, client: Client): string | undefined => {
  const tenant = slice.tenants.find(({ id }) => id === client.tenant)
  if (!isEndpointOf(grant.path, tenant)) return 'endpoint'
  if (grant.id !== client.id) return 'client'
  if (grant.secret !== client.secret) return 'secret'
  const redirectUri = valueIn(grant, 'redirect_uri')
  const renews = valueIn(grant, 'grant_type') === 'refresh_token'
  return redirectUri === at.target + at.paths.callback || (renews && redirectUri === undefined)
    ? undefined
    : 'redirect-uri'
}

/** Whether a path is that of a tenant's token endpoint, in either generation. */
const isEndpointOf = (path: string, tenant: Tenant | undefined) =>
  tenant !== undefined &&
  [tenant.id, tenant.domain].some((name) => path === `/${name}/oauth2/token` || path === `/${name}/oauth2/v2.0/token`)
