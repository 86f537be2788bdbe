import { exportJWK, generateKeyPair } from 'jose'
import { randomBytes } from 'node:crypto'
import type { ClientMetadata } from 'oidc-provider'
import { Provider, errors } from 'oidc-provider'
import type { Provision } from '../../fixtures/world/provision.ts'
import { federation } from './federation.ts'

/** A client of the provision document. */
export type Client = Provision['clients'][number]

/** What a client gets that asks for no scope (RFC 6749 section 3.3); without one the library denies access. */
const defaultScope = 'access'

/**
 * Makes an authorization server that knows the clients of a provision document and sends its users to the identity
 * provider. What the library decides, its error page included, is left as the library has it.
 */
export const makeProvider = async (provision: Provision, issuer: string): Promise<Provider> => {
  const clients = new Map(provision.clients.filter(({ oauth }) => oauth).map((client) => [client.id, client]))
  const provider = new Provider(issuer, {
    clients: [...clients.values()].map(metadataOf),
    jwks: { keys: [await signingKey()] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, { clientId }, oneOf) => oneOf?.[0] ?? clients.get(clientId)?.resource,
        getResourceServerInfo(_, resource, { clientId }) {
          const tenant = clients.get(clientId)?.tenant
          const known = [...clients.values()].some((one) => one.tenant === tenant && one.resource === resource)
          if (!known) throw new errors.InvalidTarget()
          return { scope: defaultScope, audience: resource, accessTokenFormat: 'jwt' }
        },
      },
    },
    pkce: { required: () => false },
    issueRefreshToken: async () => true,
    extraParams: {
      scope({ oidc }) {
        oidc.params.scope ??= defaultScope
      },
    },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  })
  return provider.use(federation(provider, clients)).use(health)
}

/** A party has no secret: that of the provision document is for the identity provider. */
const metadataOf = ({ id, name, redirectUris }: Client): ClientMetadata => ({
  client_id: id,
  client_name: name,
  redirect_uris: redirectUris,
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
})

const signingKey = async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'signing' }
}

const health: Parameters<Provider['use']>[0] = async (context, next) => {
  if (context.path !== '/health') return next()
  context.body = 'ok'
}
