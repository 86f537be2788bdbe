import type { JWTPayload } from 'jose'
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import type { ExpectedIdToken } from './sign-in-terms.ts'
import { skew } from './sign-in-terms.ts'

/**
 * The payload of an id token that is signed by a configured key of the issuer with RS256, for the application alone, in
 * answer to its nonce, and valid now; or `undefined`.
 *
 * @see OpenID Connect Core section 3.1.3.7
 */
export const verifyIdToken = async (token: string, expected: ExpectedIdToken): Promise<JWTPayload | undefined> => {
  const { application, issuer, nonce, now, jwks } = expected
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
      algorithms: ['RS256'],
      issuer,
      audience: application.id,
      clockTolerance: skew,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'iat', 'sub', 'nonce', 'tid'],
    })
    return payload['nonce'] === nonce && payload.aud === application.id ? payload : undefined
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError) return undefined
    throw thrown
  }
}
