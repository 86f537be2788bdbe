import { expect, test } from 'vitest'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import { openTrial } from '../../test/sign-in-trial.ts'
import { trustTrial } from '../../test/ws-trust-trial.ts'

const minute = 60_000
const open = async () => {
  const trial = await openTrial()
  const { parties, tenants } = trial.provision
  const [own, other] = ['wsfed', 'oidc'].map((upstream) => tenants.find((one) => one.upstream === upstream)?.id ?? '')
  const [party, foreign] = [own, other].map((tenant) => parties.find((one) => one.tenant === tenant))
  if (!party || !foreign || own === undefined || other === undefined) throw new TypeError('the slice is too small')
  return { ...trial, ...trustTrial(trial), party, foreign, other }
}
const reasonOf = ({ read }: Awaited<ReturnType<Awaited<ReturnType<typeof open>>['issue']>>) =>
  read.is === 'fault' ? [read.fault.subcode?.name, read.fault.reason] : [read.is]

test.each(['1.3', '2005/02'] as const)('a request in %s gets the token of its party, once', async (dialect) => {
  const { issue, party, certificates, provision, clock } = await open()
  const asked = { request: { dialect, messageId: 'urn:uuid:1' }, assertion: { id: '_fixed' } }
  const { status, text, read } = await issue(party.realm, asked)
  expect([status, read]).toMatchObject([200, { response: { dialect, collection: dialect === '1.3', appliesTo: party.realm } }]) // prettier-ignore
  expect(text).toContain('>urn:uuid:1</a:RelatesTo>')
  const verified = verifyToken(text, {
    keys: (await certificates()).map(publicKeyOf),
    issuer: provision.application.realm,
    audience: party.realm,
    version: party.tokenVersion,
    now: clock.time,
    skew: 0,
  })
  expect(verified).toMatchObject({ is: 'verified', assertion: { nameId: { value: 'ann@corp.example' } } })
  expect(reasonOf(await issue(party.realm, asked))[1]).toContain('replayed')
})

test('a realm that nobody has gets row 7', async () => {
  const { issue } = await open()
  const answer = await issue('https://nobody.test/')
  const text = "Requested relying party realm 'https://nobody.test/' is unknown."
  expect([answer.status, ...reasonOf(answer)]).toEqual([500, 'InvalidScope', text])
})

test('a token that proves nothing buys none', async () => {
  const { issue, party, foreign, other, clock } = await open()
  const past = { notBefore: clock.time - 99 * minute, notOnOrAfter: clock.time - 9 * minute }
  const answers = [
    await issue(party.realm, { assertion: past }),
    await issue(party.realm, { assertion: { audiences: [['urn:other']] } }),
    await issue(party.realm, { tenant: other }),
    await issue(foreign.realm, { tenant: other }),
    await issue(party.realm, { request: { credential: { is: 'password', username: 'ann', password: 'p' } } }),
  ]
  const says = (because: string) => [
    'InvalidSecurityToken',
    `An error occurred while processing a WS-Federation sign-in request: ${because}`,
  ]
  expect(answers.map(reasonOf)).toEqual(
    ['expired', 'wrong-audience', 'no-member', 'other-protocol', 'no-token'].map(says),
  )
})

test('a request that is not for here, not of now, or for another key is not served', async () => {
  const { issue, party, clock } = await open()
  const timestamp = { created: clock.time - 20 * minute, expires: clock.time - 15 * minute }
  const changes = [{ to: 'https://broker.test/wsfed' }, { timestamp }, { keyType: 'urn:symmetric' }]
  for (const request of changes) {
    expect(reasonOf(await issue(party.realm, { request }))[0]).toBe('InvalidRequest')
  }
  expect((await issue(party.realm, { contentType: 'text/xml' })).status).toBe(415)
})
