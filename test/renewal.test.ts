import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { resolveDialect } from '../harness/dialects/resolve.ts'
import { honestToken } from '../mocks/broker/token-policies.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { rotates } from '../suites/broker/token/renewal.ts'
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
