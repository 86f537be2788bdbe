import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Metadata } from '../../../protocols/metadata/metadata.ts'
import { signMetadata } from '../../../protocols/metadata/write-metadata.ts'
import { tokenTypes } from '../../../protocols/saml/assertion.ts'
import { issuerOf } from './claims.ts'
import type { Directory } from './directory.ts'
import { directoryOf } from './directory.ts'
import { describe } from './guard.ts'
import { errorPage } from './pages.ts'
import { publishedKeys } from './rollover.ts'
import type { Entra } from './state.ts'
import { signerOf } from '../signer.ts'
import { claimTypes } from './wsfed-claims.ts'

const folder = 'federationmetadata'
const file = 'federationmetadata.xml'
const notFound = { code: 90002, says: 'Tenant not found.' }

/**
 * `GET /{tenant}/federationmetadata/2007-06/federationmetadata.xml`, in letters of either case: who issues the tokens of a
 * tenant, under which certificate, and where browsers go. `common` names no tenant, but `{tenant}`.
 */
export const federationMetadata = (entra: Entra) =>
  http.get(`${entra.origin}/:tenant/:folder/2007-06/:file`, async ({ params }) => {
    const names = [params['folder'], params['file']].map((name) => String(name).toLowerCase())
    if (names[0] !== folder || names[1] !== file) return undefined
    const directory = directoryOf(entra, params['tenant'])
    if (directory === undefined) return errorPage(describe(notFound))
    return HttpResponse.xml(await signMetadata(metadataOf(entra, directory), signerOf(entra)))
  })

const metadataOf = (entra: Entra, directory: Directory): Metadata & { id: string } => {
  const endpoint = `${entra.origin}/${directory.is === 'tenant' ? directory.tenant.id : directory.name}/wsfed`
  return {
    id: `_${randomUUID()}`,
    entityId: issuerOf(entra, directory.tenant?.id ?? '{tenant}', 1),
    securityTokenService: {
      certificates: publishedKeys(entra).map((keys) => signerOf({ keys }).certificate),
      passiveEndpoints: [endpoint],
      endpoints: [endpoint],
      tokenTypes: [tokenTypes['2.0'], tokenTypes['1.1']],
      claimTypes: Object.values(claimTypes).map((type) => ({ type })),
    },
  }
}
