import { compactVerify, decodeJwt, decodeProtectedHeader, importX509 } from 'jose'
import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { farmsProvisionOf } from '../../fixtures/world/farm-provision.ts'
import { single, slice } from '../../fixtures/world/slice.ts'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Wire } from '../../protocols/wire.ts'
import { headerOf, textResponse } from '../../protocols/wire.ts'
import { makeHighTrust } from './high-trust.ts'
import { honestHighTrust } from './high-trust-policies.ts'

const origin = 'https://cache.test'
const [farm, ...more] = farmsProvisionOf(slice(1, 'high-trust', single), 'https://farm.test:8443')
const [user] = farm?.users ?? []
if (!farm || !user) throw new TypeError('the slice is too small')
const now = Date.UTC(2016, 3, 11, 18, 0, 12)

const open = () => {
  const sent: string[] = []
  const wire: Wire = async ({ headers }) => {
    sent.push(headerOf(headers, 'authorization')?.slice(7) ?? '')
    return textResponse(200, '{}')
  }
  const provision = { onPremises: [farm, ...more] } as unknown as CacheProvision
  const trust = makeHighTrust({ provision, policies: honestHighTrust, clock: { now: () => now }, wire, origin })
  return { trust, sent }
}

/** The certificate that is published, by names as the documents of Azure ACS have them. */
const published = (document = '') => {
  const { keys } = JSON.parse(document) as { keys: { keyInfo: { x5t: string }; keyValue: { value: string } }[] }
  const [key] = keys
  const certificate = new X509Certificate(Buffer.from(key?.keyValue.value ?? '', 'base64'))
  return { certificate, x5t: key?.keyInfo.x5t }
}

test('jose verifies what is sent by the certificate that is published, and reads the user around it', async () => {
  const { trust, sent } = open()
  expect((await trust.call(farm.id, user.name))?.status).toBe(200)
  const { certificate, x5t } = published(await trust.document())
  const [token = ''] = sent
  const outer = decodeJwt<{ actortoken: string }>(token)
  expect([decodeProtectedHeader(token), token.endsWith('.')]).toEqual([{ typ: 'JWT', alg: 'none' }, true])
  const audience = `00000003-0000-0ff1-ce00-000000000000/farm.test:8443@${farm.realm}`
  const app = `${farm.clientId}@${farm.realm}`
  expect(outer).toMatchObject({ aud: audience, iss: app, nameid: user.sid.toLowerCase(), nii: 'urn:office:idp:activedirectory' }) // prettier-ignore
  const key = await importX509(certificate.toString(), 'RS256')
  const { payload, protectedHeader } = await compactVerify(outer.actortoken, key)
  const actor = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>
  expect(actor).toMatchObject({ aud: audience, iss: `${farm.issuerId}@${farm.realm}`, nameid: app, nbf: '1460397612', exp: '1460440812', trustedfordelegation: 'true' }) // prettier-ignore
  expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'RS256', x5t })
})

test('the certificate is self-signed with SHA-512, of an RSA key of 2048 bits, and not that of web traffic', async () => {
  const { trust } = open()
  const { certificate } = published(await trust.document())
  const { publicKey } = certificate
  expect(publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 })
  expect([certificate.verify(publicKey), certificate.subject]).toEqual([true, 'CN=K2 OAuth High Trust'])
  /** sha512WithRSAEncryption, inside what is signed and beside it (RFC 4055 section 5). */
  expect(certificate.raw.toString('hex').split('06092a864886f70d01010d').length).toBe(3)
  const web = new X509Certificate(Buffer.from(await trust.webCertificate(), 'base64'))
  expect(web.publicKey.equals(publicKey)).toBe(false)
})

test('each installation has a key of its own, which stays', async () => {
  const [one, other] = [open().trust, open().trust]
  expect(await one.document()).toBe(await one.document())
  expect(await one.document()).not.toBe(await other.document())
})

test('a farm or a user that it is not told of is not called', async () => {
  const { trust, sent } = open()
  expect([await trust.call('x', user.name), await trust.call(farm.id, 'x'), sent.length]).toEqual([undefined, undefined, 0]) // prettier-ignore
})
