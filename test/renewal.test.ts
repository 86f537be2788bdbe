import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { resolveDialect } from '../harness/dialects/resolve.ts'
import { honestToken } from '../mocks/broker/token-policies.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { audience } from '../suites/broker/token/audience.ts'
import { otherClient, otherRealm, stranger } from '../suites/broker/token/redirect.ts'
import { onlyAfterValidation } from '../suites/broker/token/secret.ts'
import { rotates } from '../suites/broker/token/renewal.ts'
import { valuesOf } from '../protocols/form.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const { redeem, renew, paths } = resolveDialect('k2trust')
/** A dialect of which nothing is documented, whose operations are those that the reference broker understands. */
const dialect = { extends: 'oauth2', paths, redeem, renew } as const

/** A broker that keeps refresh tokens to itself and hands out others for them, which serve as well. */
const token = {
  ...honestToken,
  reads(...given: Parameters<typeof honestToken.reads>) {
    const asked = honestToken.reads(...given)
    return asked && { ...asked, grant: { ...asked.grant, value: asked.grant.value.replace(/^own-/, '') } }
  },
  handsOver: ({ refresh_token: refresh, ...rest }: Record<string, unknown>) => ({
    ...rest,
    refresh_token: `own-${String(refresh)}`,
  }),
}

test('where nothing is documented, refresh tokens may be of the own making of a broker, and renewals have to go on', async () => {
  const trial = { keyring, seed: 1, chosen: [rotates], runs: 30 }
  const [own] = await verdictsOn({ dialect, token }, trial)
  expect(own).toMatchObject({ status: 'pass' })
  const [kept] = await verdictsOn({ dialect, ...faulty('broker.keeps-rotated-refresh-tokens') }, trial)
  expect(kept).toMatchObject({ status: 'fail', signature: 'token.refreshes/no-token' })
})

/** A broker that renews in the plain form of RFC 6749 section 6, which names no redirect URI. */
const plain = {
  ...honestToken,
  reads(...[form, realm]: Parameters<typeof honestToken.reads>) {
    const one = (name: string) => valuesOf(form, name)[0] ?? ''
    if (one('grant_type') === '') return honestToken.reads(form, realm)
    const rest = { redirectUri: '', resource: undefined, state: '', tokenEndpoint: '', clientSecret: '', realm }
    return {
      grant: { type: 'refresh_token' as const, value: one('refresh_token') },
      clientId: one('client_id'),
      ...rest,
    }
  },
  isRegistered: (...[client, asked, clients]: Parameters<typeof honestToken.isRegistered>) =>
    asked.redirectUri === '' && asked.grant.type === 'refresh_token'
      ? client.id === asked.clientId
      : honestToken.isRegistered(client, asked, clients),
}

test('what a renewal has no place for is not changed in it', async () => {
  const form = { grant_type: 'refresh_token', refresh_token: '{refreshToken}', client_id: '{clientId}' }
  const chosen = [stranger, otherClient, otherRealm, onlyAfterValidation, audience]
  const suspect = { dialect: { extends: 'k2trust', renew: { path: '/token/oauth/2', form } }, token: plain } as const
  const verdicts = await verdictsOn(suspect, { keyring, seed: 1, chosen, runs: 20 })
  expect(verdicts.filter(({ status }) => status !== 'pass')).toEqual([])
})
