import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'
import { signMetadata } from '../../protocols/metadata/write-metadata.ts'
import { tokenTypes } from '../../protocols/saml/assertion.ts'
import { carriedClaims } from './claims.ts'
import type { Federation } from './federation.ts'
import type { RefusedMessage } from './sign-in-terms.ts'

/** The signed federation metadata of a broker: whom to believe, and where to send a user. A tenant that is named must be known. */
export const answerMetadata = async (federation: Federation, tenant?: string): Promise<Response | RefusedMessage> => {
  const answer = await describe(federation, tenant)
  const instead = answer instanceof Response ? undefined : federation.policies.insteadOfMetadata()
  return instead ? new HttpResponse(instead.text, { status: instead.status, headers: { 'content-type': xml } }) : answer
}

const xml = 'application/samlmetadata+xml; charset=utf-8'

const describe = async (federation: Federation, tenant?: string): Promise<Response | RefusedMessage> => {
  const { provision, policies, origin, signing } = federation
  if (tenant !== undefined && !provision.tenants.some(({ id }) => id === tenant)) {
    return { row: 'metadata', because: 'unknown-tenant' }
  }
  const signers = await signing.signers().catch(() => [])
  const signer = policies.signsWith(signers)
  if (signer === undefined) return { row: 'metadata', because: 'no-certificate' }
  const metadata = policies.describesItself({
    entityId: provision.application.realm,
    securityTokenService: {
      displayName: 'brokerspec reference broker',
      certificates: policies.publishes(signers),
      tokenTypes: Object.values(tokenTypes),
      claimTypes: carriedClaims.map(({ type }) => ({ type })),
      endpoints: [`${origin}/trust`],
      passiveEndpoints: [`${origin}/wsfed`],
    },
  })
  return new HttpResponse(await signMetadata({ ...metadata, id: `_${randomUUID()}` }, signer), {
    headers: { 'content-type': xml, 'cache-control': 'no-store' },
  })
}
