import type { Client, Tenant, User } from '../../../fixtures/world/shapes.ts'
import { principalOf } from '../../../protocols/acs/names.ts'
import type { Guard, Refusal } from './errors.ts'
import type { Acs } from './state.ts'
import { resourcesIn } from './state.ts'

/** A request to the token endpoint as it came; `client` is the one that its `client_id` names in the realm. */
export type TokenRequest = {
  acs: Acs
  method: string
  tenant: Tenant | undefined
  form: URLSearchParams
  client: Client | undefined
}

/** A request whose realm, client and resource have been checked. */
export type Authenticated = TokenRequest & { tenant: Tenant; client: Client }

/** What a grant type decides: for whom, with which refresh token, or why not. Without a user it is an app-only grant. */
export type Decision = Refusal | { user: User | undefined; refreshToken: string | undefined }

/** The client that a request names as `{id}@{realm}`, in the realm of its path. */
export const clientOf = ({ clients }: Acs, tenant: Tenant | undefined, form: URLSearchParams): Client | undefined =>
  clients.find((one) => one.tenant === tenant?.id && principalOf(one.id, one.tenant) === form.get('client_id'))

/** A rule that a parameter is there and not empty. */
export const needs = (name: string): Guard<{ form: URLSearchParams }> => ({
  error: 'invalid_request',
  acs: 90011,
  aadsts: 900144,
  says: `The required field '${name}' is missing.`,
  unless: ({ form }) => (form.get(name) ?? '') !== '',
})

const malformed = { error: 'invalid_request', acs: 90004, says: 'The request is not properly formatted.' }
const unproved = { error: 'invalid_client', acs: 50012, says: 'Authentication failed.' }

/** The rules of every grant type, in order: the realm, the client with its secret, and the resource. */
// oxfmt-ignore
export const tokenGuards: readonly Guard<TokenRequest>[] = [
  { ...malformed, aadsts: 900561, unless: ({ method }) => method === 'POST' },
  { ...malformed, aadsts: 90002, unless: ({ tenant }) => tenant !== undefined },
  { ...malformed, aadsts: 9000411, unless: ({ form }) => form.size === new Set(form.keys()).size },
  ...['grant_type', 'client_id', 'client_secret', 'resource'].map(needs),
  { ...unproved, aadsts: 700016, unless: ({ client }) => client !== undefined },
  { ...unproved, aadsts: 7000215, unless: ({ client, form }) => form.get('client_secret') === client?.secret },
  { error: 'invalid_resource', acs: 50001, aadsts: 50001, says: 'The resource was not found in the realm.', unless: ({ acs, tenant, form }) => tenant !== undefined && resourcesIn(acs, tenant).includes(form.get('resource') ?? '') },
]
