import { expect, test } from 'vitest'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { decodeJwt } from 'jose'
import { makeSigner } from '../../../fixtures/world/signing.ts'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { withQuery } from '../../../protocols/form.ts'
import { visitorAt } from '../visitor.ts'
import { wireOf } from '../../wire.ts'
import { roleTemplates } from './administrator.ts'
import { lacksConsent, setModes } from './directory.ts'
import { entraHandlers } from './handlers.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 1, partiesPerTenant: 0, clientsPerTenant: 0, usersPerTenant: 2 }
const { tenants, clients, users } = slice(1, 'entra.administrator', shape)
const [[tenant], [administrator, user]] = [tenants, users]
if (!tenant || !administrator || !user) throw new TypeError('the slice is too small')
const { privateKey } = await makeSigner('entra')
const keys = { kid: 'k', privateKey, publicJwk: { kty: 'RSA', kid: 'k' } } as KeySet
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }

const open = () => {
  const given = { origin: 'https://login.test', clock: { now: () => 0 }, keys, tenants, clients, users, replyUrl: 'https://broker.test/cb', application } // prettier-ignore
  const entra = makeEntra(given)
  setModes(entra, tenant.id, ['idp.awaits-administrator'])
  const lacks = () => lacksConsent(entra, tenant, entra.clients[0] ?? { ...clients[0]!, id: '' })
  const ask = async (as: typeof user, prompt?: string) => {
    const visitor = visitorAt(wireOf(entraHandlers(entra)), entra.origin)
    const query = { client_id: application.id, response_type: 'id_token', response_mode: 'form_post', redirect_uri: application.reply, nonce: 'n', ...(prompt && { prompt }) } // prettier-ignore
    const page = await visitor.signIn(
      await visitor.get(withQuery('/common/oauth2/authorize', Object.entries(query))),
      as,
    )
    return page.form?.action.endsWith('/consent')
      ? visitor.post(page.form.action, { ...page.form.fields, consent: 'accept' })
      : page
  }
  return { ask, lacks }
}
const rolesIn = (page: string) => decodeJwt(/name="id_token" value="([^"]+)"/.exec(page)?.[1] ?? '')['wids']

test('the consent of the administrator is for everybody, and the token names the role', async () => {
  const { ask, lacks } = open()
  expect(lacks()).toBe(true)
  const { page } = await ask(administrator, 'admin_consent')
  expect([rolesIn(page), lacks()]).toEqual([[roleTemplates.administrator, roleTemplates.member], false])
})

test('nobody else is let consent for everybody, and who consents alone changes nothing', async () => {
  const { ask, lacks } = open()
  expect((await ask(user, 'admin_consent')).page).toContain('AADSTS90094')
  const { page } = await ask(user)
  expect([rolesIn(page), lacks()]).toEqual([[roleTemplates.member], true])
})
