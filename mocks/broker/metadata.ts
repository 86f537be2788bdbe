import { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'
import { signMetadata } from '../../protocols/metadata/write-metadata.ts'
import { tokenTypes } from '../../protocols/saml/assertion.ts'
import { carriedClaims } from './claims.ts'
import type { Federation } from './federation.ts'
import type { RefusedMessage } from './sign-in-terms.ts'

/** The signed federation metadata of a broker: whom to believe, and where to send a user. */
export const answerMetadata = async (federation: Federation): Promise<Response | RefusedMessage> => {
  const { provision, policies, origin, signing } = federation
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
      endpoints: [`${origin}/wsfed`],
      passiveEndpoints: [`${origin}/wsfed`],
    },
  })
  return new HttpResponse(await signMetadata({ ...metadata, id: `_${randomUUID()}` }, signer), {
    headers: { 'content-type': 'application/samlmetadata+xml; charset=utf-8', 'cache-control': 'no-store' },
  })
}
