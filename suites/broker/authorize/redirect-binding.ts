import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { nothingLeaves, refused, says } from './judgement.ts'
import { authorize, describe, gotCode, peopleOf, registeredGetsCode, validRequest } from './request.ts'

/** A redirect URI is registered for one client, not for all. */
export const otherClient: Check = {
  id: 'authorize.redirect-bound-to-client.other-client',
  title: 'a redirect_uri registered for another client receives nothing',
  sends:
    'valid authorization requests of one client with each redirect_uri of another of the same tenant, unused and in use',
  owes: 'a refusal at the broker; nothing goes to the other client',
  clauses: ['authorize.redirect-bound-to-client'],
  attacks: ['RUR-01'],
  needs: { capabilities: [], shape: { ...single, clientsPerTenant: 2 }, scope: 'slice' },
  kills: [
    'broker.accepts-redirect-uri-of-any-client',
    'broker.remembers-accepted-redirect-uris',
    'broker.blames-the-client',
    'broker.accepts-any-redirect-uri',
    'broker.redirects-refusals',
  ],
  control: registeredGetsCode,
  async run(context) {
    const { client } = peopleOf(context)
    const others = context.slice.clients.filter(({ id, tenant }) => id !== client.id && tenant === client.tenant)
    const foreign = others
      .flatMap(({ redirectUris }) => redirectUris)
      .filter((uri) => !client.redirectUris.includes(uri))
    await context.forEvery(
      'crosswise',
      fc.array(fc.nat(), { maxLength: 3 }),
      Math.ceil(context.runs / 4),
      async (uses) => {
        for (const [index, use] of [...uses, 0].entries()) {
          const other = others[use % others.length]
          const uri = other?.redirectUris[(use + index) % other.redirectUris.length] ?? ''
          await authorize(context, { ...validRequest(context), clientId: other?.id ?? '', redirectUri: uri })
          nothingLeaves(context, await authorize(context, { ...validRequest(context), redirectUri: uri }), [uri])
        }
      },
    )
    await context.each(foreign, async (uri) => {
      const asked = await authorize(context, { ...validRequest(context), redirectUri: uri })
      nothingLeaves(context, asked, [uri])
      says(context, asked, 'invalid_redirect_uri')
    })
  },
}

/** A redirect URI is registered in one realm, and the request says which realm it means. */
export const otherRealm: Check = {
  id: 'authorize.redirect-bound-to-realm.other-realm',
  title: 'a request that mixes two realms receives nothing',
  sends:
    "valid authorization requests whose path names another tenant or none that exists, or whose redirect_uri is another tenant's",
  owes: 'a refusal at the broker',
  clauses: ['authorize.redirect-bound-to-realm'],
  attacks: ['RUR-01'],
  applies: ({ realmPath }) => (realmPath === null ? 'dialect.realmPath' : undefined),
  needs: { capabilities: [], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: ['broker.ignores-realm', 'broker.ignores-unknown-realm', 'broker.accepts-redirect-uri-of-any-client'],
  async control(context) {
    const realm = peopleOf(context).client.tenant
    const request = { ...validRequest(context), realm }
    const asked = await authorize(context, request)
    if (!gotCode(asked, String(request.redirectUri))) {
      throw new Inconclusive('control', `no code for a request that names its own realm: ${describe(asked)}`)
    }
  },
  async run(context) {
    const { client } = peopleOf(context)
    const elsewhere = context.slice.tenants
      .filter(({ id }) => id !== client.tenant)
      .flatMap(({ id }) => client.redirectUris.map((redirectUri) => ({ realm: id, redirectUri })))
    const unknown = ['00000000-0000-4000-8000-000000000000', `realm-${context.slice.tag}`].flatMap((realm) =>
      client.redirectUris.map((redirectUri) => ({ realm, redirectUri })),
    )
    const foreign = context.slice.clients
      .filter(({ tenant }) => tenant !== client.tenant)
      .flatMap(({ redirectUris }) => redirectUris.map((redirectUri) => ({ realm: client.tenant, redirectUri })))

    await context.each([...elsewhere, ...unknown, ...foreign], async ({ realm, redirectUri }) => {
      const asked = await authorize(context, { ...validRequest(context), realm, redirectUri })
      if (realm === client.tenant) nothingLeaves(context, asked, [redirectUri])
      else refused(context, asked, `realm ${realm}`)
    })
  },
}
