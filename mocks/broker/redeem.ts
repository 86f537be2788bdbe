import { HttpResponse } from 'msw'
import { encodeForm } from '../../protocols/form.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import { grantFor } from './grant.ts'
import type { BrokerClient, Policies, Refusal, Told } from './policies.ts'
import type { Read } from './request.ts'

type Surroundings = { clients: readonly BrokerClient[]; policies: Policies; wire: Wire }

/**
 * Redeems an authorization code in the documented form: the client and its redirect URI are validated as for an
 * authorization request, then the code is sent to the client's own token endpoint with its secret and the broker's own
 * redirect URI. The caller's ClientSecret and TokenEndpointUrl are not looked at.
 *
 * @see TRUST: Access Token Flow
 */
export const redeem = async (
  { form, one }: Read,
  { clients, policies, wire }: Surroundings,
): Promise<{ refusal: Refusal; told?: Told } | { token: Response }> => {
  const client = policies.findClient(clients, one('ClientId') ?? '', undefined)
  if (client === undefined || !policies.mayUseOauth(client, form)) return { refusal: 'invalid_client_id' }
  if (!client.redirectUris.includes(one('RedirectUri') ?? '')) return { refusal: 'invalid_redirect_uri' }

  const code = one('AuthorizationCode') ?? ''
  const { origin, pathname, search } = new URL(client.tokenEndpoint)
  const answer = await wire({
    method: 'POST',
    origin,
    rawPath: pathname + search,
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: new TextEncoder().encode(
      encodeForm(
        grantFor(
          client,
          [
            ['grant_type', 'authorization_code'],
            ['code', code],
            ['redirect_uri', client.callback],
          ],
          one('Resource') ?? client.resource,
        ),
      ),
    ),
  })
  if (answer.status !== 200) {
    return {
      refusal: 'token-request',
      told: { because: 'refused', quoted: policies.tellsOf(saidIn(textOf(answer)), { client, code }) },
    }
  }
  return {
    token: new HttpResponse(textOf(answer), {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    }),
  }
}

/** The description of an error (RFC 6749 section 5.2), or nothing. */
const saidIn = (text: string): string => {
  try {
    const { error_description: said } = JSON.parse(text) as { error_description?: unknown }
    return typeof said === 'string' ? said : ''
  } catch {
    return ''
  }
}
