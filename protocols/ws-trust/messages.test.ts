import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { xmlTexts } from '../../fixtures/arbitraries/assertions.ts'
import { makeSigner } from '../../fixtures/world/signing.ts'
import type { Assertion } from '../saml/assertion.ts'
import { issue } from '../saml/issue.ts'
import { verifyToken } from '../saml/verify-token.ts'
import { publicKeyOf } from '../signature/certificate.ts'
import { canonicalOf, documentOf } from '../xml/write.ts'
import { vocabulary } from '../xml/element.ts'
import { readAnswer, writeAnswer, writeFaultAnswer } from './answer.ts'
import type { TokenRequest } from './request.ts'
import { readTokenRequest, writeTokenRequest } from './request.ts'

const now = Date.UTC(2026, 0)
const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const soap12 = 'http://www.w3.org/2003/05/soap-envelope'
const trimmed = xmlTexts.map((text) => text.trim())
const lifetime = { created: now, expires: now + 300_000 }
const token = vocabulary('x', 'urn:token')('Token', { Id: '_t' }, 'inside')
const requests: fc.Arbitrary<TokenRequest> = fc.record(
  {
    dialect: fc.constantFrom('2005/02', '1.3'),
    to: trimmed,
    appliesTo: trimmed,
    tokenType: trimmed,
    keyType: trimmed,
    messageId: trimmed,
    timestamp: fc.constant(lifetime),
    credential: fc.record({ is: fc.constant('password'), username: xmlTexts, password: xmlTexts }),
  },
  { requiredKeys: ['dialect', 'to', 'appliesTo', 'keyType', 'credential'] },
)
const plain: TokenRequest = {
  dialect: '1.3',
  to: 'https://sts.test/adfs/services/trust/13/usernamemixed',
  appliesTo: 'urn:rp',
  messageId: 'urn:uuid:1',
  timestamp: lifetime,
  credential: { is: 'password', username: 'ann', password: 'secret' },
}
const reasonOf = (text: string) => {
  const read = readTokenRequest(text)
  return read.is === 'refused' ? read.reason : 'read'
}

describe('a token request', () => {
  test('is read as it was written, whatever the name and the password', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(readTokenRequest(writeTokenRequest(request))).toEqual({ is: 'token-request', request })
      }),
      { seed: 1 },
    )
  })

  test('may carry a signed token, which still verifies', async () => {
    const signer = await makeSigner('sts')
    const assertion: Assertion = {
      version: '1.1',
      id: '_a1',
      issuer: 'https://sts.test/',
      issuedAt: now,
      notOnOrAfter: now + 1,
      audiences: [['urn:broker']],
      claims: [{ type: 'urn:x/name', values: ['\u2028<ann>\r'] }],
    }
    const text = writeTokenRequest({ ...plain, credential: { is: 'token', token: await issue(assertion, signer) } })
    const read = readTokenRequest(text)
    const carried =
      read.is === 'token-request' && read.request.credential.is === 'token' && read.request.credential.token
    const expected = {
      keys: [publicKeyOf(signer.certificate)],
      issuer: assertion.issuer,
      audience: 'urn:broker',
      now,
      skew: 0,
    }
    expect(verifyToken(carried ? documentOf(carried) : '', expected)).toMatchObject({ is: 'verified', assertion })
  })

  test('as a client of AD FS composes it, with space and without token type, is read', () => {
    const text = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"
      xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
      <s:Header>
        <a:Action s:mustUnderstand="1">http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue</a:Action>
        <a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>
        <a:To s:mustUnderstand="1">https://adfs.test/adfs/services/trust/13/usernamemixed</a:To>
        <o:Security s:mustUnderstand="1" xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
          <o:UsernameToken u:Id="uuid-1"><o:Username>ann</o:Username><o:Password>secret</o:Password></o:UsernameToken>
        </o:Security>
      </s:Header>
      <s:Body>
        <trust:RequestSecurityToken xmlns:trust="http://docs.oasis-open.org/ws-sx/ws-trust/200512">
          <wsp:AppliesTo xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy">
            <a:EndpointReference><a:Address>urn:sharepoint:test</a:Address></a:EndpointReference>
          </wsp:AppliesTo>
          <trust:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer</trust:KeyType>
          <trust:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</trust:RequestType>
        </trust:RequestSecurityToken>
      </s:Body>
    </s:Envelope>`
    expect(readTokenRequest(text)).toEqual({
      is: 'token-request',
      request: {
        dialect: '1.3',
        to: 'https://adfs.test/adfs/services/trust/13/usernamemixed',
        appliesTo: 'urn:sharepoint:test',
        keyType: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer',
        credential: { is: 'password', username: 'ann', password: 'secret' },
      },
    })
  })

  const good = writeTokenRequest(plain)
  test.each([
    ['another action', good.replace('RST/Issue', 'RST/Validate'), 'not-a-request'],
    ['another kind of request', good.replace('200512/Issue</trust', '200512/Cancel</trust'), 'not-a-request'],
    ['another body', good.replaceAll('RequestSecurityToken', 'RequestSomething'), 'not-a-request'],
    ['no envelope', good.replaceAll('s:Envelope', 's:Letter'), 'not-a-response'],
    ['the envelope of SOAP 1.1', good.replace(soap12, soap11), 'not-a-request'],
    ['two bodies', good.replace(/<s:Body>.*<\/s:Body>/, '$&$&'), 'malformed'],
    ['two credentials', good.replace(/<o:UsernameToken>.*<\/o:UsernameToken>/, '$&$&'), 'malformed'],
    ['two security headers', good.replace(/<o:Security .*<\/o:Security>/, '$&$&'), 'malformed'],
    ['no credential', good.replace(/<o:UsernameToken>.*<\/o:UsernameToken>/, ''), 'malformed'],
    ['no password', good.replace(/<o:Password.*<\/o:Password>/, ''), 'malformed'],
    ['a password digest', good.replace('#PasswordText', '#PasswordDigest'), 'malformed'],
    ['no realm', good.replace(/<wsp:AppliesTo.*<\/wsp:AppliesTo>/, ''), 'malformed'],
    ['two realms', good.replace(/<wsp:AppliesTo.*<\/wsp:AppliesTo>/, '$&$&'), 'malformed'],
    ['no receiver', good.replace(/<a:To .*?<\/a:To>/, ''), 'malformed'],
    ['a timestamp in no zone', good.replace('00:00:00.000Z', '00:00:00'), 'bad-instant'],
    ['an entity', good.replace('ann', '&ann;'), 'entity'],
  ])('is refused with %s', (_, text, reason) => {
    expect(reasonOf(good)).toBe('read')
    expect(reasonOf(text)).toBe(reason)
  })
})

describe('the answer to a token request', () => {
  test.each(['2005/02', '1.3'] as const)('in %s is read as it was written', (dialect) => {
    const response = { dialect, collection: dialect === '1.3', lifetime, appliesTo: 'urn:rp' }
    const read = readAnswer(writeAnswer(response, token, { relatesTo: 'urn:uuid:1', timestamp: lifetime }))
    expect(read).toMatchObject({ is: 'response', response })
    expect(read.is === 'response' && canonicalOf(read.token)).toBe(canonicalOf(token))
  })

  test('has the prefixes and the action of AD FS, and no space', () => {
    const text = writeAnswer({ dialect: '1.3', collection: true, lifetime }, token, { timestamp: lifetime })
    expect([...text.matchAll(/<([\w:]+)/g)].map(([, name]) => name).slice(0, 12)).toEqual([
      's:Envelope', 's:Header', 'a:Action', 'o:Security', 'u:Timestamp', 'u:Created', 'u:Expires', 's:Body',
      'trust:RequestSecurityTokenResponseCollection', 'trust:RequestSecurityTokenResponse', 'trust:Lifetime', 'wsu:Created',
    ]) // prettier-ignore
    expect(text).toContain('>http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal<')
    expect(text).not.toMatch(/>\s+</)
  })

  test('may be a fault', () => {
    const fault = {
      code: 'Sender',
      subcode: { namespace: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512', name: 'FailedAuthentication' },
      reason: 'ID3242: The security token could not be authenticated or authorized.',
    } as const
    const text = writeFaultAnswer(fault, { relatesTo: 'urn:uuid:1' })
    expect(readAnswer(text)).toEqual({ is: 'fault', fault })
    expect(text).toContain('<a:RelatesTo xmlns:a="http://www.w3.org/2005/08/addressing">urn:uuid:1</a:RelatesTo>')
    expect(text).toContain('>a:FailedAuthentication<')
  })

  test('may come in SOAP 1.1', () => {
    const answer = writeAnswer({ dialect: '1.3', collection: true, lifetime }, token, {})
    expect(readAnswer(answer.replaceAll(soap12, soap11))).toMatchObject({ is: 'response', response: { lifetime } })
  })

  test.each([
    ['s:Server', { code: 'Receiver', reason: 'why' }],
    ['s:Client', { code: 'Sender', reason: 'why' }],
    ['f:FailedAuthentication', { code: 'Sender', reason: 'why', subcode: { namespace: 'urn:f', name: 'FailedAuthentication' } }], // prettier-ignore
  ])('may be a fault of SOAP 1.1 with the code %s', (code, fault) => {
    const text = `<s:Envelope xmlns:s="${soap11}"><s:Body><s:Fault><faultcode xmlns:f="urn:f">${code}</faultcode><faultstring>why</faultstring></s:Fault></s:Body></s:Envelope>`
    expect(readAnswer(text)).toEqual({ is: 'fault', fault })
  })
})
