import type { RequestHandler } from 'msw'
import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import { signMetadata } from '../../../protocols/metadata/write-metadata.ts'
import { tokenTypes } from '../../../protocols/saml/assertion.ts'
import { signerOf } from '../signer.ts'
import { passive } from './passive.ts'
import type { Adfs } from './state.ts'
import { endpointsOf, issuerOf } from './state.ts'
import { claimTypes } from './token.ts'
import { userNameMixed } from './user-name-mixed.ts'

/** The mock of AD FS: WS-Federation with a sign-in page, WS-Trust 1.3 for name and password, and signed metadata. */
export const adfsHandlers = (adfs: Adfs): readonly RequestHandler[] => [
  ...passive(adfs),
  userNameMixed(adfs),
  metadata(adfs),
]

/** `GET /FederationMetadata/2007-06/FederationMetadata.xml`, in letters of either case. */
const metadata = (adfs: Adfs) =>
  http.get(`${adfs.origin}/:folder/2007-06/:file`, async ({ params }) => {
    const path = `${String(params['folder'])}/${String(params['file'])}`.toLowerCase()
    if (path !== 'federationmetadata/federationmetadata.xml') return undefined
    const signer = signerOf(adfs)
    const document = {
      id: `_${randomUUID()}`,
      entityId: issuerOf(adfs),
      securityTokenService: {
        certificates: [signer.certificate],
        passiveEndpoints: [endpointsOf(adfs).passive],
        endpoints: [endpointsOf(adfs).userNameMixed],
        tokenTypes: [tokenTypes['2.0'], tokenTypes['1.1']],
        claimTypes: Object.values(claimTypes).map((type) => ({ type })),
      },
    }
    return HttpResponse.xml(await signMetadata(document, signer))
  })
