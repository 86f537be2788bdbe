import { principalOf, sharePointResourceOf } from '../../protocols/acs/names.ts'
import { encodeForm } from '../../protocols/form.ts'
import type { Pairs, Wire, WireResponse } from '../../protocols/wire.ts'
import type { BrokerClient } from './policies.ts'

/**
 * A grant as the token service of a client wants it: with the client's name and secret, and the API that is asked for.
 * Azure ACS knows clients and resources within their realm; what is no URL is taken to be a resource in its form already.
 *
 * @param grant the grant type with what belongs to it
 * @param resource the URL of the API
 * @see SharePoint documentation, handling security tokens in low-trust add-ins
 */
export const grantFor = (client: BrokerClient, grant: Pairs, resource: string): Pairs => [
  ...grant,
  ['client_id', client.tokenService === 'acs' ? principalOf(client.id, client.tenant) : client.id],
  ['client_secret', client.secret],
  ['resource', client.tokenService === 'acs' ? resourceAtAcs(resource, client.tenant) : resource],
]

const resourceAtAcs = (resource: string, realm: string): string =>
  URL.canParse(resource) ? sharePointResourceOf(resource, realm) : resource

/** Asks a token endpoint for a grant. */
export const askForGrant = (url: string, form: Pairs, wire: Wire): Promise<WireResponse> => {
  const { origin, pathname, search } = new URL(url)
  return wire({
    method: 'POST',
    origin,
    rawPath: pathname + search,
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: new TextEncoder().encode(encodeForm(form)),
  })
}
