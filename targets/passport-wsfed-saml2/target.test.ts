import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { tamperings } from '../../fixtures/tampering/index.ts'
import type { Genuine } from '../../fixtures/tampering/tampering.ts'
import { resultOf, signed } from '../../fixtures/tampering/tampering.ts'
import { makeSigner } from '../../fixtures/world/signing.ts'
import type { SamlVersion } from '../../protocols/saml/assertion.ts'
import type { Signer } from '../../protocols/signature/sign.ts'
import { writeFaultResult } from '../../protocols/ws-federation/result.ts'
import { isInstalled } from '../../test/product.ts'

const here = import.meta.dirname
const installed = isInstalled(here, 'passport-wsfed-saml2')
const timeout = 300_000
const now = Date.now()
let issuer: Required<Signer>
let stranger: Signer
beforeAll(async () => {
  ;[issuer, stranger] = await Promise.all([makeSigner('sts'), makeSigner('stranger')])
})

type Answer = { accepted: Record<string, unknown> } | { refused: string }

const ask = (results: readonly string[]): Answer[] => {
  const input = JSON.stringify({ certificate: issuer.certificate, realm: 'urn:rp', results })
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(here, 'judge.js')], {
    input,
    encoding: 'utf8',
    cwd: here,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Answer[]
}

const nameIdentifier = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier'
const genuine = (version: SamlVersion, changes: Partial<Genuine['response']> = {}): Genuine => ({
  assertion: {
    version,
    id: '_a1',
    issuer: 'https://sts.test/',
    issuedAt: now,
    notBefore: now,
    notOnOrAfter: now + 3_600_000,
    audiences: [['urn:rp']],
    nameId: { value: 'ann <&>"\u2028@corp.example' },
    claims: [
      { type: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', values: ['ann@corp.example'] },
      { type: 'urn:x/group', values: ['one', 'two'] },
    ],
    authentication: { at: now, method: 'urn:oasis:names:tc:SAML:1.0:am:password' },
  },
  response: {
    dialect: '2005/02',
    collection: false,
    appliesTo: 'urn:rp',
    lifetime: { created: now, expires: now + 1 },
    ...changes,
  },
  issuer,
  stranger,
  sought: 'admin@corp.example',
})

describe.skipIf(!installed)('passport-wsfed-saml2 4.6.1, which is installed by itself,', () => {
  test.each(['1.1', '2.0'] as const)(
    'accepts our tokens of SAML %s in every response, values unchanged',
    { timeout },
    async (version) => {
      const variants = [
        genuine(version),
        genuine(version, { dialect: '1.3' }),
        genuine(version, { dialect: '1.3', collection: true }),
      ]
      const results = await Promise.all(variants.map(async (one) => resultOf(one, await signed(one))))
      for (const answer of ask(results)) {
        expect(answer).toMatchObject({
          accepted: {
            issuer: 'https://sts.test/',
            email: 'ann@corp.example',
            [nameIdentifier]: 'ann <&>"\u2028@corp.example',
            'urn:x/group': ['one', 'two'],
          },
        })
      }
    },
  )

  test('takes our fault for a refusal with its reason', { timeout }, () => {
    const fault = {
      code: 'Sender',
      subcode: { namespace: 'urn:x', name: 'NoMatchInScope' },
      reason: 'no such <realm>',
    } as const
    expect(ask([writeFaultResult(fault)])).toEqual([{ refused: 'no such <realm>' }])
  })

  test.each(['1.1', '2.0'] as const)(
    'signs nobody in by SAML %s who only looks genuine, but for what its old xml-crypto and its XPaths let through',
    { timeout },
    async (version) => {
      const given = genuine(version)
      const answers = ask(await Promise.all(tamperings.map(async ({ make }) => make(given))))
      const idsWhere = (accepted: (profile: Record<string, unknown>, owes: string) => boolean) =>
        tamperings
          .filter(({ owes }, index) => {
            const answer = answers[index]
            return answer !== undefined && 'accepted' in answer && accepted(answer.accepted, owes)
          })
          .map(({ id }) => id)
      expect(idsWhere((profile) => profile[nameIdentifier] === given.sought)).toEqual([
        'key.hmac-sha1-certificate',
        'wrapping.object-signature-last',
        'wrapping.inside-signature',
        'wrapping.advice',
        'wrapping.beside-signature',
        'wrapping.saml-in-no-namespace',
        'wrapping.metadata',
        'wrapping.other-message',
        ...(version === '1.1' ? ['reference.two-signed-infos'] : []),
        'reference.part',
        'markup.instruction-in-name',
        'markup.instruction-inside-name',
        'markup.comment-in-digest',
        ...(version === '1.1' ? ['markup.entity-as-id'] : []),
      ])
      expect(idsWhere((profile, owes) => owes === 'refusal' && profile[nameIdentifier] !== given.sought)).toEqual([
        'content.two-restrictions',
        'content.wrong-issuer',
        'content.sender-vouches',
        'content.end-not-a-number',
      ])
    },
  )
})
