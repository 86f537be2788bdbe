import { decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, single, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm } from '../../../protocols/form.ts'
import { readMetadata } from '../../../protocols/metadata/read-metadata.ts'
import { verifyToken } from '../../../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { signInQuery } from '../../../protocols/ws-federation/request.ts'
import { wireOf } from '../../wire.ts'
import { visitorAt } from '../visitor.ts'
import { entraHandlers } from './handlers.ts'
import { rollOver, withdrawOldKeys } from './rollover.ts'
import { makeEntra } from './state.ts'

const { tenants, users } = slice(1, 'entra.rollover', single)
const [[tenant], [user]] = [tenants, users]
if (!tenant || !user) throw new TypeError('the slice is too small')
const origin = 'https://login.test'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const clock = { now: () => Date.UTC(2026, 0) }
const first = await makeKeySet()

const open = () => {
  const entra = makeEntra({ origin, clock, keys: first, tenants, clients: [], users, replyUrl: '', application, auto: user }) // prettier-ignore
  const { get } = visitorAt(wireOf(entraHandlers(entra)), origin)
  const published = async () => {
    const { keys } = JSON.parse((await get(`/${tenant.id}/discovery/keys`)).page) as { keys: { kid: string }[] }
    const read = readMetadata((await get(`/${tenant.id}/federationmetadata/2007-06/federationmetadata.xml`)).page)
    const certificates = read.is === 'metadata' ? read.metadata.securityTokenService?.certificates : undefined
    return { kids: keys.map(({ kid }) => kid), certificates }
  }
  const { realm, reply, id } = application
  const assertion = async () =>
    (await get(`/${tenant.id}/wsfed?${encodeForm(signInQuery({ realm, reply }))}`)).form?.fields['wresult'] ?? ''
  const idToken = async () => {
    const query = encodeForm([
      ['client_id', id],
      ['response_type', 'id_token'],
      ['response_mode', 'form_post'],
      ['scope', 'openid'],
      ['redirect_uri', reply],
      ['nonce', 'n'],
    ])
    return (await get(`/${tenant.id}/oauth2/authorize?${query}`)).form?.fields['id_token'] ?? ''
  }
  return { entra, published, assertion, idToken }
}
const certificateOf = ({ publicJwk: { x5c } }: typeof first) => x5c?.[0] ?? ''
const verifiedBy = (keys: typeof first, text: string) =>
  verifyToken(text, {
    keys: [publicKeyOf(certificateOf(keys))],
    issuer: `https://sts.windows.net/${tenant.id}/`,
    audience: application.realm,
    now: clock.now(),
    skew: 300,
  }).is

test('after a rollover the new key signs, and both are published until the old one is withdrawn', async () => {
  const { entra, published, assertion, idToken } = open()
  expect(await published()).toEqual({ kids: [first.kid], certificates: [certificateOf(first)] })
  expect(verifiedBy(first, await assertion())).toBe('verified')

  const second = await rollOver(entra)
  expect(second.kid).not.toBe(first.kid)
  expect(await published()).toEqual({
    kids: [second.kid, first.kid],
    certificates: [certificateOf(second), certificateOf(first)],
  })
  const token = await assertion()
  expect([verifiedBy(second, token), verifiedBy(first, token)]).toEqual(['verified', 'refused'])
  expect(decodeProtectedHeader(await idToken()).kid).toBe(second.kid)

  withdrawOldKeys(entra)
  expect(await published()).toEqual({ kids: [second.kid], certificates: [certificateOf(second)] })
})

test('rollovers of one provider touch no other', async () => {
  const [one, other] = [open(), open()]
  await rollOver(one.entra)
  expect((await other.published()).kids).toEqual([first.kid])
  expect(verifiedBy(first, await other.assertion())).toBe('verified')
})
