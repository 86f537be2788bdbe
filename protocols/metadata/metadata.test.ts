import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { xmlTexts } from '../../fixtures/arbitraries/assertions.ts'
import { makeSigner } from '../../fixtures/world/signing.ts'
import { tokenTypes } from '../saml/assertion.ts'
import { publicKeyOf } from '../signature/certificate.ts'
import type { Signer } from '../signature/sign.ts'
import { documentOf } from '../xml/write.ts'
import type { Metadata } from './metadata.ts'
import { readMetadata, verifyMetadata } from './read-metadata.ts'
import { signMetadata, writeMetadata } from './write-metadata.ts'

const trimmed = xmlTexts.map((text) => text.trim())
const claimTypes = fc.array(
  fc.record(
    { type: xmlTexts, displayName: xmlTexts, description: xmlTexts, optional: fc.boolean() },
    { requiredKeys: ['type', 'optional'] },
  ),
  { maxLength: 2 },
)
const role = {
  displayName: xmlTexts,
  certificates: fc.array(fc.base64String({ minLength: 4 }), { maxLength: 3 }),
  passiveEndpoints: fc.array(trimmed, { maxLength: 2 }),
  endpoints: fc.array(trimmed, { maxLength: 2 }),
  claimTypes,
}
const documents: fc.Arbitrary<Metadata> = fc.record({
  id: fc.constant('_m'),
  entityId: xmlTexts,
  validUntil: fc.integer({ min: 0, max: Date.UTC(2099, 0) }),
  securityTokenService: fc.record({ ...role, tokenTypes: fc.array(xmlTexts, { maxLength: 2 }) }),
  applicationService: fc.record({ ...role, scopes: fc.array(trimmed, { maxLength: 2 }) }),
})

describe('federation metadata', () => {
  let signer: Signer
  let next: Signer
  let metadata: Metadata & { id: string }
  let signed: string
  const now = Date.UTC(2026, 0)
  const expected = () => ({ keys: [publicKeyOf(signer.certificate)], entityId: 'https://sts.test/', now })
  beforeAll(async () => {
    signer = await makeSigner('sts')
    next = await makeSigner('next')
    metadata = {
      id: '_m1',
      entityId: 'https://sts.test/',
      validUntil: now + 1,
      securityTokenService: {
        displayName: 'STS',
        certificates: [signer.certificate, next.certificate],
        passiveEndpoints: ['https://sts.test/wsfed'],
        endpoints: ['https://sts.test/trust'],
        tokenTypes: Object.values(tokenTypes),
        claimTypes: [{ type: 'urn:x/name', displayName: 'Name', optional: true }],
      },
      applicationService: {
        certificates: [],
        passiveEndpoints: ['https://sts.test/wsfed'],
        endpoints: ['https://sts.test/'],
        scopes: ['urn:sts'],
        claimTypes: [],
      },
    }
    signed = await signMetadata(metadata, signer)
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(documents, (given) => {
        expect(readMetadata(documentOf(writeMetadata(given)))).toEqual({ is: 'metadata', metadata: given })
      }),
      { seed: 1 },
    )
  })

  test('signed says what it said unsigned', () => {
    expect(verifyMetadata(signed, expected())).toEqual({ is: 'metadata', metadata })
    expect(readMetadata(signed)).toEqual({ is: 'metadata', metadata })
  })

  test('declares the prefix that its role types name', () => {
    expect(signed).toMatch(/<RoleDescriptor [^>]*xmlns:fed="[^"]*"[^>]* xsi:type="fed:SecurityTokenServiceType"/)
    expect(signed).not.toMatch(/>\s+</)
  })

  test('keeps the order of WIF', () => {
    const names = [...signed.matchAll(/<(KeyDescriptor|fed:\w+(?:Offered|Endpoint|Requested)|fed:TargetScopes)[ >]/g)]
    expect(names.map(([, name]) => name)).toEqual([
      'fed:TargetScopes', 'fed:ApplicationServiceEndpoint', 'fed:PassiveRequestorEndpoint', 'KeyDescriptor', 'KeyDescriptor',
      'fed:TokenTypesOffered', 'fed:ClaimTypesOffered', 'fed:SecurityTokenServiceEndpoint', 'fed:PassiveRequestorEndpoint',
    ]) // prettier-ignore
  })

  test('is refused unsigned, altered, signed by someone else, of someone else, or too late', () => {
    const reasonOf = (text: string, changes = {}) => {
      const read = verifyMetadata(text, { ...expected(), ...changes })
      return read.is === 'refused' ? read.reason : 'read'
    }
    expect(reasonOf(documentOf(writeMetadata(metadata)))).toBe('unsigned')
    expect(reasonOf(signed.replaceAll('sts.test/wsfed', 'evil.test/wsfed'))).toBe('altered')
    expect(reasonOf(signed.replace(next.certificate, signer.certificate))).toBe('altered')
    expect(reasonOf(signed, { keys: [publicKeyOf(next.certificate)] })).toBe('foreign-key')
    expect(reasonOf(signed, { entityId: 'https://sts.test' })).toBe('wrong-entity')
    expect(reasonOf(signed, { now: now + 1 })).toBe('expired')
    expect(reasonOf('<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>')).toBe('not-metadata')
  })

  test('of other makers is read: other prefixes, keys of no stated use, roles that are not asked for', () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>
      <md:EntityDescriptor entityID="e" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">
        <md:RoleDescriptor xsi:type="q1:ApplicationServiceType" xmlns:q1="urn:other"
          xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>
        <md:RoleDescriptor xsi:type="q1:SecurityTokenServiceType" xmlns:q1="http://docs.oasis-open.org/wsfed/federation/200706"
          xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
          <md:KeyDescriptor use="encryption"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>AAAA</X509Certificate></X509Data></KeyInfo></md:KeyDescriptor>
          <md:KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>
            BB BB </X509Certificate></X509Data></KeyInfo></md:KeyDescriptor>
        </md:RoleDescriptor>
        <md:IDPSSODescriptor/>
      </md:EntityDescriptor>`
    expect(readMetadata(text)).toEqual({
      is: 'metadata',
      metadata: {
        entityId: 'e',
        securityTokenService: {
          certificates: ['BBBB'],
          passiveEndpoints: [],
          endpoints: [],
          tokenTypes: [],
          claimTypes: [],
        },
      },
    })
  })
})
