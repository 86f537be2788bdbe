import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, single, slice } from '../../../fixtures/world/slice.ts'
import { readMetadata, verifyMetadata } from '../../../protocols/metadata/read-metadata.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { wireOf } from '../../wire.ts'
import { visitorAt } from '../visitor.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const { tenants } = slice(1, 'entra.federation-metadata', single)
const [home] = tenants
if (!home) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const clock = { now: () => Date.UTC(2026, 0) }

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

describe('the metadata', () => {
  const read = async (rawPath: string) => {
    const entra = makeEntra({ origin, clock, keys, tenants, clients: [], users: [], replyUrl, application })
    return (await visitorAt(wireOf(entraHandlers(entra)), origin).get(rawPath)).page
  }
  test.each(['federationmetadata/2007-06/federationmetadata.xml', 'FederationMetadata/2007-06/FederationMetadata.xml'])(
    'at %s is signed and says who issues, under which certificate, and where browsers go',
    async (path) => {
      const expected = {
        keys: [publicKeyOf(keys.publicJwk.x5c?.[0] ?? '')],
        entityId: `https://sts.windows.net/${home.id}/`,
        now: clock.now(),
      }
      const endpoint = `${origin}/${home.id}/wsfed`
      expect(verifyMetadata(await read(`/${home.id}/${path}`), expected)).toMatchObject({
        is: 'metadata',
        metadata: {
          securityTokenService: {
            certificates: keys.publicJwk.x5c,
            passiveEndpoints: [endpoint],
            endpoints: [endpoint],
            tokenTypes: ['urn:oasis:names:tc:SAML:2.0:assertion', 'urn:oasis:names:tc:SAML:1.0:assertion'],
          },
        },
      })
    },
  )

  test('of common names no tenant, and that of an unknown tenant is not there', async () => {
    const common = readMetadata(await read('/common/federationmetadata/2007-06/federationmetadata.xml'))
    expect(common).toMatchObject({ metadata: { entityId: 'https://sts.windows.net/{tenant}/' } })
    expect(await read('/nowhere/federationmetadata/2007-06/federationmetadata.xml')).toContain('AADSTS90002: ')
    expect(await read(`/${home.id}/federationmetadata/2007-06/other.xml`)).toBe('Not Found')
  })
})
