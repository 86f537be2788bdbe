import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Provision } from '../fixtures/world/provision.ts'
import { single } from '../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import { readTarget } from '../harness/target/load.ts'
import type { BrokerDefinition } from '../harness/target/target.ts'
import { openUniverse } from '../harness/universe.ts'
import { encodeForm, decodeForm } from '../protocols/form.ts'
import { verifyMetadata } from '../protocols/metadata/read-metadata.ts'
import { verifyToken } from '../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../protocols/signature/certificate.ts'
import { cleanUpQuery, signInQuery } from '../protocols/ws-federation/request.ts'
import type { Pairs, Wire, WireRequest } from '../protocols/wire.ts'
import { textOf, textResponse } from '../protocols/wire.ts'
import { referenceBroker } from '../targets/reference/target.ts'

const check = 'upstream.sign-in'
const shape = { ...single, tenants: 2 }
const world = worldOf(1, [{ id: check, needs: { shape } }], await makeKeyring())
const timeout = 300_000

/** A universe before a target that does nothing but take what is posted to it; `told` is all that it knows. */
const open = async (transport: Transport) => {
  const told: { provision?: Provision } = {}
  const attach = {
    open: (provision: Provision): { wire: Wire } => {
      told.provision = provision
      return { wire: async () => textResponse(200, 'taken') }
    },
  }
  const definition: BrokerDefinition = { ...referenceBroker(), capabilities: ['oidc'], control: {}, attach }
  const universe = await openUniverse<'broker'>({
    target: readTarget(definition, 'x'),
    world,
    transport,
  })
  const { provision } = told
  const [user] = universe.slice(check)?.users ?? []
  const [tenant] = provision?.tenants ?? []
  const [key] = provision?.issuers[0]?.jwks.keys ?? []
  if (!provision || !user || !tenant || !key) throw new TypeError('the target was told too little')
  const browser = universe.browser(check, 'run', new AbortController().signal)
  const get = (url: string, query: Pairs = []): WireRequest => {
    const { origin, pathname } = new URL(url)
    const rawPath = query.length === 0 ? pathname : `${pathname}?${encodeForm(query)}`
    return { method: 'GET', origin, rawPath, headers: [] }
  }
  const [certificate] = key['x5c'] as string[]
  return { universe, provision, user, tenant, key, keys: [publicKeyOf(certificate ?? '')], browser, get }
}

describe.each(['direct', 'https'] as const)('over the %s wire, by what the target is told and no more', (transport) => {
  test('a visitor signs in by WS-Federation', { timeout }, async () => {
    const { universe, provision, user, tenant, keys, browser, get } = await open(transport)
    try {
      const { realm, reply } = provision.application
      const request = get(tenant.wsfed.endpoint, signInQuery({ realm, reply, context: 'rm=0 & "more"' }))
      const last = (await browser.go(request, user)).at(-1)
      expect(last).toMatchObject({ to: 'target', request: { method: 'POST', rawPath: new URL(reply).pathname } })
      const posted = new Map(decodeForm(textOf(last?.request ?? {})))
      expect(posted.get('wctx')).toBe('rm=0 & "more"')
      const now = universe.clock.now()
      const expected = { keys, issuer: tenant.wsfed.issuer, audience: realm, now, skew: 60 }
      expect(verifyToken(posted.get('wresult') ?? '', expected)).toMatchObject({ is: 'verified' })

      const [metadata] = await browser.go(get(tenant.wsfed.metadata))
      const read = verifyMetadata(textOf(metadata?.response ?? {}), { keys, entityId: tenant.wsfed.issuer, now })
      expect(read).toMatchObject({
        metadata: { securityTokenService: { passiveEndpoints: [tenant.wsfed.endpoint] } },
      })

      expect((await browser.go(request)).at(-1)).toMatchObject({ to: 'target' })
      await browser.go(get(tenant.wsfed.endpoint, cleanUpQuery()))
      expect((await browser.go(request)).at(-1)).toMatchObject({ to: 'idp' })
    } finally {
      await universe.close()
    }
  })

  test('a visitor signs in by OpenID Connect, with an id token alone', { timeout }, async () => {
    const { universe, provision, user, tenant, key, browser, get } = await open(transport)
    try {
      const { id, reply } = provision.application
      const asked = { client_id: id, redirect_uri: reply, response_type: 'id_token', response_mode: 'form_post' }
      const query = Object.entries({ ...asked, nonce: 'n', state: 's', scope: 'openid' })
      const last = (await browser.go(get(tenant.oidc.authorizationEndpoint, query), user)).at(-1)
      const posted = new Map(decodeForm(textOf(last?.request ?? {})))
      expect([last?.to, posted.get('state'), posted.has('code')]).toEqual(['target', 's', false])
      const trusted = createLocalJWKSet({ keys: [key] })
      const expected = { issuer: tenant.oidc.issuer, audience: id, currentDate: new Date(universe.clock.now()) }
      const { payload } = await jwtVerify(posted.get('id_token') ?? '', trusted, expected)
      expect(payload).toMatchObject({ nonce: 'n', tid: tenant.id, oid: user.objectId })
    } finally {
      await universe.close()
    }
  })
})

test('a hostile tenant is met through the universe too', { timeout }, async () => {
  const { universe, provision, user, tenant, keys, browser, get } = await open('direct')
  const { realm } = provision.application
  universe.hostile(check, ['idp.puts-key-into-key-info'])
  const last = (await browser.go(get(tenant.wsfed.endpoint, signInQuery({ realm })), user)).at(-1)
  const wresult = new Map(decodeForm(textOf(last?.request ?? {}))).get('wresult') ?? ''
  const expected = { keys, issuer: tenant.wsfed.issuer, audience: realm, now: universe.clock.now(), skew: 60 }
  expect(verifyToken(wresult, expected)).toMatchObject({ is: 'refused', reason: 'foreign-key' })
  await universe.close()
})
