import { describe, expect, test } from 'vitest'
import { documentedRows } from '../../fixtures/error-table.ts'
import { readMetadata } from '../../protocols/metadata/read-metadata.ts'
import { openTrial } from '../../test/sign-in-trial.ts'
import { makeSigning } from './signing.ts'

const only = async () => {
  const trial = await openTrial()
  const [party] = trial.provision.parties
  if (party === undefined) throw new TypeError('the slice is too small')
  return { ...trial, party }
}

describe('the metadata', () => {
  test('says who issues tokens, where to ask and whom to believe', async () => {
    const { metadata, certificates, provision } = await only()
    expect(await certificates()).toHaveLength(1)
    expect(readMetadata(await metadata())).toMatchObject({
      is: 'metadata',
      metadata: {
        entityId: provision.application.realm,
        securityTokenService: {
          passiveEndpoints: ['https://broker.test/wsfed'],
          tokenTypes: ['urn:oasis:names:tc:SAML:1.0:assertion', 'urn:oasis:names:tc:SAML:2.0:assertion'],
        },
      },
    })
  })

  test('publishes the successor of a certificate alone, and new tokens verify with it', async () => {
    const trial = await only()
    const { signing, party, certificates, signInTo, tokenOn, ask, request } = trial
    const before = await signInTo(party.realm)
    const [old] = await certificates()
    expect(await tokenOn(before, party.realm)).toMatchObject({ is: 'verified' })

    await signing.rotate()
    expect(await certificates()).not.toContain(old)
    expect(await tokenOn(before, party.realm)).toMatchObject({ is: 'refused', reason: 'foreign-key' })
    expect(await tokenOn(await ask(request(party.realm)), party.realm)).toMatchObject({ is: 'verified' })
  })

  test('ends in row 6 when there is no certificate to publish', async () => {
    const { visit } = await openTrial({ signsWith: () => undefined })
    const page = await visit('GET', '/federationmetadata/2007-06/federationmetadata.xml')
    expect([page.status, page.text.includes(documentedRows.metadata.text[0] ?? '')]).toEqual([500, true])
  })

  test('is served for each tenant that is known, and ends in row 6 for any other', async () => {
    const { send, visit, provision } = await openTrial()
    const at = (tenant: string) => `/${tenant}/federationmetadata/2007-06/federationmetadata.xml`
    expect((await send('GET', at(provision.tenants[0]?.id ?? ''))).text).toContain('EntityDescriptor')
    expect((await visit('GET', at('nobody'))).text).toContain(`${documentedRows.metadata.text[0]}: unknown-tenant`)
  })
})

test('the first key is made when it is wanted, and each rotation puts another before it', async () => {
  const made: string[] = []
  const signing = makeSigning('broker', async () => {
    made.push(`certificate ${made.length}`)
    return { certificate: made.at(-1) ?? '', privateKey: {} as never }
  })
  expect(made).toEqual([])
  const certificates = async () => (await signing.signers()).map(({ certificate }) => certificate)
  expect([await certificates(), await certificates()]).toEqual([['certificate 0'], ['certificate 0']])
  await signing.rotate()
  expect(await certificates()).toEqual(['certificate 1', 'certificate 0'])
})
