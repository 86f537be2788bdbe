import { SignJWT, UnsecuredJWT, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { makeAuthority } from '../../fixtures/world/authority.ts'
import { makeKeySet } from '../../fixtures/world/keys.ts'
import { isSignedBy, readCertificate, thumbprintOf } from './certificate.ts'
import { publishedIn, writeDocument } from './metadata-document.ts'
import { readHighTrust, secondsOf } from './token.ts'

const sign = async (claims: Record<string, unknown>, alg = 'RS256') =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign((await generateKeyPair(alg)).privateKey)

describe('a token', () => {
  test('is an actor token within what is said of the user, or by itself', async () => {
    const actortoken = await sign({ nameid: 'app' })
    const whole = new UnsecuredJWT({ nameid: 'user', actortoken }).encode()
    expect(readHighTrust(whole)).toMatchObject({
      outer: { header: { alg: 'none' }, claims: { nameid: 'user' }, text: whole },
      actor: { header: { alg: 'RS256' }, claims: { nameid: 'app' }, text: actortoken },
    })
    expect(readHighTrust(actortoken)).toEqual({ actor: expect.objectContaining({ text: actortoken }) })
  })

  test.each(['', 'a.b.c', 'e30.e30', 'e30.e30.e30.e30', 'W10.e30.', 'bnVsbA.e30.', 'e30.e30=.', 'e30.!.'])(
    'is not what is none: %j',
    (text) => {
      expect(readHighTrust(text)).toBeUndefined()
    },
  )

  test('is none where its actor token is none', () => {
    for (const actortoken of ['x', 5, null]) expect(readHighTrust(new UnsecuredJWT({ actortoken }).encode())).toBeUndefined() // prettier-ignore
  })

  test.each([
    ['1460397612', 1_460_397_612],
    [1_460_397_612, 1_460_397_612],
    [1.5, 1.5],
    ['', undefined],
    ['-1', undefined],
    ['soon', undefined],
    [Number.NaN, undefined],
    [undefined, undefined],
  ])('says the time %j', (said, seconds) => {
    expect(secondsOf(said)).toBe(seconds)
  })
})

describe('a metadata document', () => {
  const about = { name: 'n', issuer: 'i', location: 'https://x.test/' }

  test.each(['keyValue', 'keyvalue'] as const)('is read as it was written, by %s', (spelling) => {
    const keys = [{ certificate: 'AAAA', thumbprint: 't' }, { certificate: 'BBBB', thumbprint: 'u' }] // prettier-ignore
    expect(publishedIn(writeDocument(about, keys, spelling))).toEqual([{ certificate: 'AAAA' }, { certificate: 'BBBB' }]) // prettier-ignore
  })

  test.each<[string, unknown]>([
    ['{"keys":[]}', []],
    ['{"Keys":[{"KeyValue":{"Value":"AA\\nAA"}}]}', [{ certificate: 'AAAA' }]],
    ['{"keys":[{"x5c":["AAAA","BBBB"]}]}', [{ certificate: 'AAAA' }]],
    ['{"keys":[{"usage":"encryption","keyValue":{"value":"AAAA"}}]}', undefined],
    ['{"keys":[{"n":"AQAB"}]}', undefined],
    ['{"keys":{}}', undefined],
    ['[]', undefined],
    ['<html>', undefined],
  ])('%s holds %j', (text, keys) => {
    expect(publishedIn(text)).toEqual(keys)
  })
})

describe('a certificate', () => {
  test('says what its key is, and that the key itself has signed it', async () => {
    const { publicJwk, privateKey } = await makeKeySet()
    const [certificate = ''] = publicJwk.x5c ?? []
    expect(readCertificate(certificate)).toMatchObject({ keyType: 'rsa', bits: 2048, selfSigned: true, digest: 'SHA-256' }) // prettier-ignore
    const { actor } = readHighTrust(await new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)) ?? {}
    expect([actor && isSignedBy(actor, certificate), thumbprintOf(certificate).length]).toEqual([true, 27])
  })

  test('of another authority is none that its key has signed', async () => {
    const { cert } = await (await makeAuthority()).issue(['x.test'])
    expect(readCertificate(cert)).toMatchObject({ keyType: 'ec', bits: undefined, selfSigned: false })
    const { actor } = readHighTrust(await sign({})) ?? {}
    expect(actor && isSignedBy(actor, cert)).toBe(false)
  })

  test('that is none says nothing, and verifies nothing', async () => {
    const { actor } = readHighTrust(await sign({})) ?? {}
    expect([readCertificate('AAAA'), actor && isSignedBy(actor, 'AAAA')]).toEqual([undefined, false])
  })
})
