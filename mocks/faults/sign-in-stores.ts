import { decodeJwt } from 'jose'
import { readMetadata } from '../../protocols/metadata/read-metadata.ts'
import { orRefused } from '../../protocols/refusal.ts'
import { assertionIn } from '../../protocols/saml/read-assertion.ts'
import type { Assertion } from '../../protocols/saml/assertion.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import { tokenIn } from '../../protocols/ws-federation/result.ts'
import { rootOf } from '../../protocols/xml/read.ts'
import type { Proved } from '../broker/claims.ts'
import { provedByAssertion, tenantClaim } from '../broker/claims.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import { skew } from '../broker/sign-in-terms.ts'
import type { SignInFaults } from './sign-in-fault.ts'

const asMember = (assertion: Assertion, tenant: string): Proved => {
  const proved = provedByAssertion(assertion)
  return { ...proved, claims: [...proved.claims, { type: tenantClaim, values: [tenant] }] }
}

/** An assertion that names an AD FS farm as its issuer, before anything is verified. */
const assertionOfFarm = (text: string): Assertion | undefined => {
  const read = orRefused(() => assertionIn(tokenIn(rootOf(text))))
  return 'issuer' in read && read.issuer.endsWith('/adfs/services/trust') ? read : undefined
}

const certificatesAt = async (issuer: string, get: (url: string) => Promise<string>): Promise<readonly string[]> => {
  const url = `https://${new URL(issuer).host}/FederationMetadata/2007-06/FederationMetadata.xml`
  const read = readMetadata(await get(url).catch(() => ''))
  return read.is === 'metadata' ? (read.metadata.securityTokenService?.certificates ?? []) : []
}

/** Faults in whose stores of identities count beside the directory, and in how it may have known a user. */
export const signInStoreFaults = {
  'broker.asks-farms-for-their-keys': {
    does: 'asks an AD FS farm for its certificates, and believes it',
    breaks: 'sign-in.directory-only',
    policy: 'provedElsewhere',
    async instead(text, { tenant }, { application, now }, get) {
      const claimed = assertionOfFarm(text)
      if (claimed === undefined) return undefined
      const { issuer } = claimed
      const keys = (await certificatesAt(issuer, get)).map(publicKeyOf)
      const answer = verifyToken(text, { keys, issuer, audience: application.realm, now, skew })
      return answer.is === 'verified' ? asMember(answer.assertion, tenant.id) : undefined
    },
  },
  'broker.believes-farms': {
    does: 'believes a token under the name of an AD FS farm, whoever signed it',
    breaks: 'sign-in.directory-only',
    policy: 'provedElsewhere',
    async instead(text, { tenant }) {
      const claimed = assertionOfFarm(text)
      return claimed && asMember(claimed, tenant.id)
    },
  },

  'broker.wants-passwords-at-directory': {
    does: 'believes an assertion only of a user who gave the directory a password',
    breaks: 'sign-in.federated-user',
    policy: 'believesAssertion',
    instead(text, expected) {
      const answer = honestSignIn.believesAssertion(text, expected)
      return answer.is === 'verified' && !/password$/i.test(answer.assertion.authentication?.method ?? '')
        ? { is: 'refused', reason: 'not-bearer', detail: 'no password' }
        : answer
    },
  },
  'broker.wants-passwords-in-id-tokens': {
    does: 'believes an id token only of a user who gave the directory a password, where it tells',
    breaks: 'sign-in.federated-user',
    policy: 'believesIdToken',
    async instead(token, expected) {
      const { amr } = decodeJwt(token)
      return Array.isArray(amr) && !amr.includes('pwd') ? undefined : honestSignIn.believesIdToken(token, expected)
    },
  },
} as const satisfies SignInFaults
