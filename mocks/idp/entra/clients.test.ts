import type { ICachePlugin, INetworkModule } from '@azure/msal-node'
import { ConfidentialClientApplication } from '@azure/msal-node'
import { decodeJwt } from 'jose'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import * as oidc from 'openid-client'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import type { Keyring } from '../../../fixtures/world/world.ts'
import { makeKeyring } from '../../../fixtures/world/world.ts'
import type { Pairs, Wire } from '../../../protocols/wire.ts'
import { wireOf } from '../../wire.ts'
import { entraHandlers } from './handlers.ts'
import type { Entra } from './state.ts'
import { makeEntra } from './state.ts'

const shape = { tenants: 1, partiesPerTenant: 0, clientsPerTenant: 2, usersPerTenant: 1 }
const { tenants, clients, users } = slice(1, 'entra.clients', shape)
const [[tenant], [client, api], [user]] = [tenants, clients, users]
if (!tenant || !client || !api || !user) throw new TypeError('the slice is too small')

const replyUrl = 'https://broker.test/callback'
const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
const scope = `openid profile offline_access ${api.resource}/read`

let keyring: Keyring
let origin: string
let entra: Entra
let trusting: typeof fetch
let close: () => Promise<void>

beforeAll(async () => {
  keyring = await makeKeyring()
  const late: { wire?: Wire } = {}
  const identity = await keyring.ca.issue(['localhost'])
  const server = createServer(identity, (request, response) => {
    const answered = async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const { method = '', url: rawPath = '' } = request
      const result = await late.wire?.({
        method,
        origin,
        rawPath,
        headers: Object.entries(request.headers) as Pairs,
        body: Buffer.concat(chunks),
      })
      response.writeHead(result?.status ?? 500, result?.headers.flat()).end(result?.body)
    }
    answered().catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  origin = `https://localhost:${(server.address() as AddressInfo).port}`
  const keys = keyring.issuers.entra
  entra = makeEntra({ origin, clock: Date, keys, tenants, clients, users, replyUrl, application })
  late.wire = wireOf(entraHandlers(entra))

  const dispatcher = new Agent({ connect: { ca: keyring.ca.certificate }, allowH2: false })
  trusting = ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as unknown as typeof fetch
  close = async () => {
    await dispatcher.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
afterAll(() => close())

/** Signs the user in on the page, and tells where the browser is sent. */
const signInAt = async (url: string): Promise<URL> => {
  const page = await (await trusting(url)).text()
  const [, action = ''] = /action="([^"]+)"/.exec(page) ?? []
  const [, ctx = ''] = /name="ctx" value="([^"]+)"/.exec(page) ?? []
  const body = new URLSearchParams({ ctx, login: user.name, passwd: user.password })
  const answer = await trusting(new URL(action, url).href, { method: 'POST', body, redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '')
}

describe.for([
  ['client_secret_post', oidc.ClientSecretPost],
  ['client_secret_basic', oidc.ClientSecretBasic],
] as const)('openid-client with %s', ([, authentication]) => {
  const discover = async (secret = client.secret) => {
    const server = new URL(`${origin}/${tenant.id}/v2.0`)
    const config = await oidc.discovery(server, client.id, {}, authentication(secret), {
      [oidc.customFetch]: trusting as oidc.CustomFetch,
      execute: [oidc.enableNonRepudiationChecks],
    })
    return config
  }
  const signIn = async (config: oidc.Configuration) => {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()]
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: replyUrl,
      scope,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    return { back: await signInAt(url.href), checks: { pkceCodeVerifier, expectedState, expectedNonce } }
  }

  test('completes code with PKCE, verifies the signature, and renews', async () => {
    const config = await discover()
    const { back, checks } = await signIn(config)
    const tokens = await oidc.authorizationCodeGrant(config, back, checks)
    expect(tokens.claims()).toMatchObject({ oid: user.objectId, tid: tenant.id, aud: client.id, ver: '2.0' })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: api.id, scp: 'read', azp: client.id })

    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(renewed.claims()).toMatchObject({ oid: user.objectId, tid: tenant.id })
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
  })

  test('gets a token of its own by its secret', async () => {
    const tokens = await oidc.clientCredentialsGrant(await discover(), { scope: `${api.resource}/.default` })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: api.id, idtyp: 'app' })
    expect(tokens).not.toHaveProperty('refresh_token')
  })

  test('reads the error behind a wrong secret and a second redemption', async () => {
    const wrong = oidc.clientCredentialsGrant(await discover('wrong'), { scope: `${api.resource}/.default` })
    await expect(wrong).rejects.toMatchObject({ status: 401, error: 'invalid_client' })

    const config = await discover()
    const { back, checks } = await signIn(config)
    await oidc.authorizationCodeGrant(config, back, checks)
    const again = oidc.authorizationCodeGrant(config, back, checks)
    await expect(again).rejects.toMatchObject({ error: 'invalid_grant', cause: { error_codes: [54005] } })
  })

  test('refuses every id token that the hostile modes spoil', async () => {
    for (const [mode, problem] of [
      ['idp.changes-nonce', /nonce/],
      ['idp.omits-signature', /alg/],
      ['idp.mints-for-another-audience', /aud/],
    ] as const) {
      const config = await discover()
      const { back, checks } = await signIn(config)
      entra.modes.set(tenant.id, new Set([mode]))
      const failed = await oidc.authorizationCodeGrant(config, back, checks).catch((cause: Error) => cause.cause)
      expect(String(failed)).toMatch(problem)
      entra.modes.clear()
    }
  })
})

test('openid-client completes code id_token, the id token bound to the code', async () => {
  const config = await oidc.discovery(
    new URL(`${origin}/${tenant.id}/v2.0`),
    client.id,
    {},
    oidc.ClientSecretPost(client.secret),
    {
      [oidc.customFetch]: trusting as oidc.CustomFetch,
      execute: [oidc.useCodeIdTokenResponseType, oidc.enableNonRepudiationChecks],
    },
  )
  const back = await signInAt(oidc.buildAuthorizationUrl(config, { redirect_uri: replyUrl, scope, nonce: 'mine' }).href)
  expect(back.hash).toContain('id_token=')
  const tokens = await oidc.authorizationCodeGrant(config, back, { expectedNonce: 'mine' })
  expect(tokens.claims()).toMatchObject({ oid: user.objectId })
})

describe('MSAL', () => {
  /** MSAL over the same fetch, so that its requests trust the authority of the world. */
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (url, options) => sent(url, { ...options }),
    sendPostRequestAsync: (url, options) => sent(url, { ...options, method: 'POST' }),
  }
  const sent = async (url: string, init: RequestInit) => {
    const response = await trusting(url, init)
    const headers = Object.fromEntries(response.headers)
    return { status: response.status, headers, body: JSON.parse(await response.text()) }
  }
  const open = (secret = client.secret, cachePlugin?: ICachePlugin) =>
    new ConfidentialClientApplication({
      auth: {
        clientId: client.id,
        clientSecret: secret,
        authority: `${origin}/${tenant.id}`,
        knownAuthorities: [new URL(origin).host],
      },
      system: { networkClient },
      ...(cachePlugin && { cache: { cachePlugin } }),
    })
  const scopes = [`${api.resource}/read`]
  const signIn = async (app: ConfidentialClientApplication) => {
    const back = await signInAt(await app.getAuthCodeUrl({ scopes, redirectUri: replyUrl }))
    return app.acquireTokenByCode({ code: back.searchParams.get('code') ?? '', scopes, redirectUri: replyUrl })
  }

  test('acquires by code, finds it in its cache, and renews silently', async () => {
    const app = open()
    const { account, accessToken, idTokenClaims } = await signIn(app)
    expect(idTokenClaims).toMatchObject({ oid: user.objectId, tid: tenant.id })
    expect(account?.homeAccountId).toBe(`${user.objectId}.${tenant.id}`)
    if (account === null) throw new TypeError('no account')

    const cached = await app.acquireTokenSilent({ account, scopes })
    expect([cached?.fromCache, cached?.accessToken]).toEqual([true, accessToken])
    const renewed = await app.acquireTokenSilent({ account, scopes, forceRefresh: true })
    expect(renewed?.fromCache).toBe(false)
    expect(renewed?.accessToken).not.toBe(accessToken)
  })

  test('acquires by refresh token', async () => {
    const [value = ''] = await refreshTokens()
    const result = await open().acquireTokenByRefreshToken({ refreshToken: value, scopes })
    expect(decodeJwt(result?.accessToken ?? '')).toMatchObject({ oid: user.objectId, scp: 'read', aud: api.id })
  })

  test('acquires by its own secret', async () => {
    const result = await open().acquireTokenByClientCredential({ scopes: [`${api.resource}/.default`] })
    expect(decodeJwt(result?.accessToken ?? '')).toMatchObject({ idtyp: 'app', aud: api.id, azp: client.id })
  })

  test('tells errors by their AADSTS code, and a missing consent as one that needs a person', async () => {
    const wrong = open('wrong').acquireTokenByClientCredential({ scopes: [`${api.resource}/.default`] })
    await expect(wrong).rejects.toMatchObject({ errorCode: 'invalid_client', errorNo: 7000215 })

    const [value = ''] = await refreshTokens()
    entra.asksConsent.add(client.id)
    const lacking = open().acquireTokenByRefreshToken({ refreshToken: value, scopes })
    await expect(lacking).rejects.toMatchObject({ name: 'InteractionRequiredAuthError', subError: 'consent_required' })
    entra.asksConsent.clear()
  })

  const refreshTokens = async () => {
    const seen: string[] = []
    const note: ICachePlugin = {
      beforeCacheAccess: async () => {},
      afterCacheAccess: async ({ tokenCache }) => {
        const { RefreshToken = {} } = JSON.parse(tokenCache.serialize()) as Record<
          string,
          Record<string, { secret: string }>
        >
        seen.push(...Object.values(RefreshToken).map(({ secret }) => secret))
      },
    }
    await signIn(open(client.secret, note))
    return seen
  }
})
