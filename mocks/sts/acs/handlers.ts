import type { RequestHandler } from 'msw'
import { HttpResponse, http } from 'msw'
import { signerOf } from '../../idp/signer.ts'
import { acsId, acsIssuerOf } from '../../../protocols/acs/names.ts'
import type { Acs } from './state.ts'
import { tenantOfRealm } from './state.ts'
import { token } from './token.ts'

/** The strict mock of Azure ACS: its metadata and its token endpoint. Everything it remembers is in the state it is given. */
export const acsHandlers = (acs: Acs): readonly RequestHandler[] => [metadata(acs), token(acs)]

/**
 * `GET /metadata/json/1?realm={realm}`: where tokens of a realm are issued, and by which certificate they are signed.
 * Clients take the one endpoint with the protocol `OAuth2`, and the first key.
 */
const metadata = (acs: Acs) =>
  http.get(`${acs.entra.origin}/metadata/json/1`, ({ request }) => {
    const tenant = tenantOfRealm(acs, new URL(request.url).searchParams.get('realm'))
    if (tenant === undefined) return new HttpResponse(null, { status: 404 })
    const at = `${acs.entra.origin}/${tenant.id}/tokens/OAuth/2`
    return HttpResponse.json({
      version: '1.0',
      name: 'Azure ACS',
      realm: tenant.id,
      serviceName: acsId,
      issuer: acsIssuerOf(tenant.id),
      endpoints: [
        { location: at, protocol: 'OAuth2', usage: 'issuance' },
        { location: at, protocol: 'DelegationIssuance1.0', usage: 'issuance' },
      ],
      keys: [{ usage: 'signing', keyValue: { type: 'x509Certificate', value: signerOf(acs).certificate } }],
    })
  })
