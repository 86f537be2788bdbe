import { HttpResponse, http } from 'msw'
import { issuerOf } from './claims.ts'
import type { Directory } from './directory.ts'
import { directoryOf } from './directory.ts'
import { refuse } from './errors.ts'
import { publishedKeys } from './rollover.ts'
import type { Entra, Version } from './state.ts'

const notFound = { error: 'invalid_tenant', code: 90002, says: 'Tenant not found.' }

/** `GET /{tenant}[/v2.0]/.well-known/openid-configuration`: where everything is. `common` names no tenant, but `{tenantid}`. */
export const discovery = (entra: Entra, version: Version) =>
  http.get(`${entra.origin}/:tenant/${version === 1 ? '' : 'v2.0/'}.well-known/openid-configuration`, ({ params }) => {
    const directory = directoryOf(entra, params['tenant'])
    return directory === undefined ? refuse(entra, notFound) : HttpResponse.json(documentOf(entra, version, directory))
  })

/** `GET /{tenant}/discovery[/v2.0]/keys`: the public keys; v2 names the issuer of each. */
export const keys = (entra: Entra, version: Version) =>
  http.get(`${entra.origin}/:tenant/discovery/${version === 1 ? '' : 'v2.0/'}keys`, ({ params }) => {
    const directory = directoryOf(entra, params['tenant'])
    if (directory === undefined) return refuse(entra, notFound)
    const listed = publishedKeys(entra).map(({ publicJwk }) => {
      const { alg: _, ...key } = publicJwk
      return version === 1 ? key : { ...key, issuer: issuerOf(entra, idOf(directory), 2) }
    })
    return HttpResponse.json({ keys: listed })
  })

const idOf = ({ tenant }: Directory) => tenant?.id ?? '{tenantid}'

const documentOf = (entra: Entra, version: Version, directory: Directory) => {
  const base = `${entra.origin}/${directory.is === 'tenant' ? directory.tenant.id : directory.name}`
  const oauth = `${base}/oauth2/${version === 1 ? '' : 'v2.0/'}`
  return {
    issuer: issuerOf(entra, idOf(directory), version),
    authorization_endpoint: `${oauth}authorize`,
    token_endpoint: `${oauth}token`,
    end_session_endpoint: `${oauth}logout`,
    jwks_uri: `${base}/discovery/${version === 1 ? '' : 'v2.0/'}keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    response_types_supported: ['code', 'id_token', 'code id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', ...(version === 1 ? [] : ['profile', 'email', 'offline_access'])],
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'nonce', 'c_hash', 'tid', 'ver', 'name', ...named(version)],
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    ...(version === 1 && { microsoft_multi_refresh_token: true }),
    tenant_region_scope: directory.is === 'tenant' ? 'EU' : null,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  }
}

const named = (version: Version) => (version === 1 ? ['upn', 'unique_name'] : ['preferred_username', 'oid'])
