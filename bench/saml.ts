import { webcrypto } from 'node:crypto'
import { makeSigner } from '../fixtures/world/signing.ts'
import type { Assertion } from '../protocols/saml/assertion.ts'
import { issue } from '../protocols/saml/issue.ts'
import { verifyToken } from '../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../protocols/signature/certificate.ts'
import { writeResult } from '../protocols/ws-federation/result.ts'
import { inUnits, sideBySide, timeOf } from './compare.ts'
import type { Figure, Line } from './figure.ts'

const documents = 320
const now = Date.UTC(2026, 0)
const claims = ['emailaddress', 'givenname', 'surname', 'name', 'upn', 'role', 'group', 'country'].map((name) => ({
  type: `http://schemas.xmlsoap.org/ws/2005/05/identity/claims/${name}`,
  values: [`${name} of somebody with a <long> value`],
}))
const assertionOf = (version: Assertion['version']): Assertion => ({
  version,
  id: '_b1',
  issuer: 'https://sts.test/',
  issuedAt: now,
  notBefore: now,
  notOnOrAfter: now + 28_800_000,
  audiences: [['https://party.test/']],
  nameId: { value: 'somebody@corp.example' },
  claims,
  authentication: { at: now, method: 'urn:oasis:names:tc:SAML:1.0:am:password' },
})
/**
 * SAML tokens in a token response that are issued a second, over what this machine can sign with the same key and as many at
 * a time; and how many are verified strictly, for comparison. Issuing is a signature and little else.
 */
export const saml: Figure = {
  name: 'saml',
  tells: "tokens a second, over the machine's RSA-2048 signatures a second",
  async measure() {
    const signer = await makeSigner('bench')
    const expected = {
      keys: [publicKeyOf(signer.certificate)],
      issuer: 'https://sts.test/',
      audience: 'https://party.test/',
      now,
      skew: 0,
    }
    const octets = new Uint8Array(256)
    const many = async (work: () => unknown) =>
      (await timeOf(() => sideBySide(Array(documents).keys(), 16, async () => void (await work())))) / documents
    const sign = () => many(() => webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', signer.privateKey, octets))

    const lines: Line[] = []
    for (const version of ['1.1', '2.0'] as const) {
      const assertion = assertionOf(version)
      const result = async () => writeResult({ dialect: '2005/02', collection: false }, await issue(assertion, signer))
      const text = await result()
      const { issued, verified } = await inUnits(4, sign, {
        issued: () => many(result),
        verified: () =>
          many(() => {
            const answer = verifyToken(text, expected)
            if (answer.is === 'refused') throw new Error(answer.reason)
          }),
      })
      const rates = (ratios: readonly number[]) => ratios.map((ratio) => 1 / ratio)
      lines.push(
        { name: `${version}, issued`, ratios: rates(issued), goal: { atLeast: 0.8 }, note: `${text.length} bytes` },
        { name: `${version}, verified`, ratios: rates(verified), note: 'strictly, in one thread' },
      )
    }
    return lines
  },
}
