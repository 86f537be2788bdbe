import { randomUUID, webcrypto } from 'node:crypto'
import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import { single } from '../fixtures/world/slice.ts'
import type { Transport } from '../harness/attach/site.ts'
import type { Entra } from '../mocks/idp/entra/state.ts'
import { encodeForm } from '../protocols/form.ts'
import type { Pairs } from '../protocols/wire.ts'
import { textOf } from '../protocols/wire.ts'
import { openBareSite } from './bare-site.ts'
import { usual } from './check-set.ts'
import { inUnits, sideBySide, timeOf } from './compare.ts'
import type { Figure, Line } from './figure.ts'

const requests = 400
const slice = { id: 'bench.token', needs: { shape: { ...single, clientsPerTenant: 2 } } }

/**
 * Tokens a second that the token endpoint of mock Entra ID signs, over what this machine can sign with the same key and as
 * many at a time: a lone RSA-2048 signature for each token. No endpoint can be faster than its signatures; half of that
 * leaves as much again for everything else.
 */
export const tokenEndpoint: Figure = {
  name: 'token-endpoint',
  tells: "tokens a second of mock Entra ID, over the machine's RSA-2048 signatures a second",
  measure: async (keyring) => [...(await linesOn('direct', keyring)), ...(await linesOn('https', keyring))],
}

const linesOn = async (transport: Transport, keyring: Keyring): Promise<Line[]> => {
  const world = worldOf(1, [slice], keyring)
  const mock: { entra?: Entra } = {}
  const site = await openBareSite(world, transport, (entra) => (mock.entra = entra))
  const { tenants: [tenant] = [], clients: [client, api] = [], users: [user] = [] } = world.slices[slice.id] ?? {}
  const { entra } = mock
  if (!tenant || !client || !api || !user || !entra) throw new Error('the slice is too small')

  const ask = async (form: Pairs) => {
    const response = await site.wire({
      method: 'POST',
      origin: site.endpoints.idp,
      rawPath: `/${tenant.id}/oauth2/token`,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: new TextEncoder().encode(
        encodeForm([['client_id', client.id], ['client_secret', client.secret], ['resource', api.resource], ...form]),
      ),
    })
    if (response.status !== 200) throw new Error(textOf(response))
  }
  const code = () => {
    const value = randomUUID()
    entra.codes.put(value, {
      endpoint: 'authorize',
      version: 1,
      tenant,
      client,
      user,
      redirectUri: entra.replyUrl,
      responseMode: 'query',
      responseType: 'code',
      resource: api.resource,
      scopes: [],
      state: undefined,
      nonce: undefined,
      challenge: undefined,
      consent: undefined,
      expiresAt: Infinity,
      spent: false,
    })
    return value
  }
  const redeem = (): Pairs => [
    ['grant_type', 'authorization_code'],
    ['code', code()],
    ['redirect_uri', entra.replyUrl],
  ]
  const perToken = async (forms: readonly Pairs[], tokens: number) =>
    (await timeOf(() => sideBySide(forms, usual.atOnce, ask))) / (forms.length * tokens)
  const many = (form: () => Pairs) => Array.from({ length: requests }, form)

  try {
    const { appOnly, redeemed } = await inUnits(4, () => perSignature(keyring), {
      appOnly: () =>
        perToken(
          many(() => [['grant_type', 'client_credentials']]),
          1,
        ),
      redeemed: () => perToken(many(redeem), 2),
    })
    const line = (name: string, ratios: readonly number[], note: string): Line => ({
      name: `${transport}, ${name}`,
      ratios: ratios.map((ratio) => 1 / ratio),
      goal: { atLeast: 0.5 },
      note,
    })
    return [
      line('client_credentials', appOnly, 'one token a request'),
      line('authorization_code', redeemed, 'two tokens a request'),
    ]
  } finally {
    await site.close()
  }
}

/** How long one signature takes, in ms, when as many are made at a time as there are requests. */
const perSignature = async ({ issuers }: Keyring): Promise<number> => {
  const data = new Uint8Array(1_000)
  const sign = () => webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', issuers.entra.privateKey, data)
  return (await timeOf(() => sideBySide(Array(requests).keys(), usual.atOnce, sign))) / requests
}
